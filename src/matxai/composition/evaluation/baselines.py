"""What a network must beat: the mean of the training targets, and a random forest.

For classes the mean is the share of class 1, a probability that is the same for every compound.

The forest sees the fraction-weighted mean, standard deviation, minimum and maximum of the Magpie
properties (Ward et al. 2016, npj Comput. Mater. 2:16028) of a compound's elements, and tries a third
of them at each split, for classes as many as their square root (Breiman 2001).
"""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from matxai.composition.data.compounds import amounts_of, merge_compositions
from matxai.composition.elements.vectors import network_vectors
from matxai.composition.settings.tasks import CONSTANT, TaskName
from matxai.statistics.classification import class_scores
from matxai.statistics.regression import score

Array = npt.NDArray[np.float64]


def composition_features(
    amounts: list[dict[int, float]], vectors: npt.NDArray[np.float32]
) -> Array:
    """(compounds, 4 x features) from ``vectors`` (atomic numbers, features), gaps already filled."""
    rows = []
    for compound in amounts:
        weights = np.array(list(compound.values()))
        weights = weights / weights.sum()
        values = vectors[list(compound)].astype(np.float64)
        mean = weights @ values
        spread = np.sqrt(weights @ np.square(values - mean))
        rows.append(np.concatenate([mean, spread, values.min(axis=0), values.max(axis=0)]))
    return np.array(rows)


def evaluate_baselines(
    table: pd.DataFrame,
    vectors: pd.DataFrame,
    *,
    trees: int,
    seeds: list[int],
    threads: int,
    task: TaskName,
) -> pd.DataFrame:
    """Test errors of both, learned from the same merged training rows as the networks.

    Columns model, seed, metric, value, ci_low, ci_high (95 %, over compositions); the mean (`CONSTANT`) has
    no seed (-1).
    """
    train, test = (
        merge_compositions(table[table["part"] == "train"]),
        table[table["part"] == "test"],
    )
    known, wanted = (part["target"].to_numpy(np.float64) for part in (train, test))
    rows = network_vectors(vectors)
    features = [composition_features(amounts_of(part), rows) for part in (train, test)]
    scored = partial(
        class_scores if task == "classification" else score, wanted, group=test["reduced"]
    )
    constant = scored(np.full(len(test), known.mean()), seed=0)
    scores = [constant.assign(model=CONSTANT[task], seed=-1)]
    for seed in seeds:
        options = {"n_estimators": trees, "random_state": seed, "n_jobs": threads}
        if task == "classification":
            prediction = _probability(features, known, options)
        else:
            forest = RandomForestRegressor(max_features=1 / 3, **options)
            prediction = np.asarray(forest.fit(features[0], known).predict(features[1]))
        scores.append(scored(prediction, seed=seed).assign(model="random forest", seed=seed))
    return pd.concat(scores)[["model", "seed", "metric", "value", "ci_low", "ci_high"]]


def _probability(features: list[Array], share: Array, options: dict[str, int]) -> Array:
    """Share of class 1 in the leaves of a forest.

    A merged row whose ``share`` (rows,) is between 0 and 1 is learned as both classes, so weighted.
    """
    forest = RandomForestClassifier(max_features="sqrt", **options)
    one, zero = share > 0, share < 1
    learned = np.concatenate([features[0][one], features[0][zero]])
    classes = np.repeat([1, 0], [one.sum(), zero.sum()])
    weights = np.concatenate([share[one], 1 - share[zero]])
    forest.fit(learned, classes, sample_weight=weights)
    return np.asarray(forest.predict_proba(features[1])[:, 1], dtype=np.float64)
