"""What a network must beat: the mean of the training targets, and a random forest.

The forest sees the fraction-weighted mean, standard deviation, minimum and maximum of the Magpie
properties (Ward et al. 2016, npj Comput. Mater. 2:16028) of a compound's elements, and tries a third
of them at each split (Breiman 2001).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.ensemble import RandomForestRegressor

from matxai.composition.dataset import amounts_of, merged
from matxai.composition.element_vectors import network_vectors
from matxai.metrics import score

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
    table: pd.DataFrame, vectors: pd.DataFrame, *, trees: int, seeds: list[int], threads: int
) -> pd.DataFrame:
    """Test errors of both, learned from the same merged training rows as the networks.

    Columns model, seed, metric, value, ci_low, ci_high; the mean has no seed (-1).
    """
    train, test = merged(table[table["part"] == "train"]), table[table["part"] == "test"]
    known, wanted = (part["target"].to_numpy(np.float64) for part in (train, test))
    rows = network_vectors(vectors)
    features = [composition_features(amounts_of(part), rows) for part in (train, test)]
    scores = [score(wanted, np.full(len(test), known.mean()), seed=0).assign(model="mean", seed=-1)]
    for seed in seeds:
        forest = RandomForestRegressor(
            n_estimators=trees, max_features=1 / 3, random_state=seed, n_jobs=threads
        )
        prediction = forest.fit(features[0], known).predict(features[1])
        found = score(wanted, np.asarray(prediction), seed=seed)
        scores.append(found.assign(model="random forest", seed=seed))
    return pd.concat(scores)[["model", "seed", "metric", "value", "ci_low", "ci_high"]]
