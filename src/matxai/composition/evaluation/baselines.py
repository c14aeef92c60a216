"""What a network must beat: the mean of the training targets, and a random forest.

For classes the mean is the share of class 1, a probability that is the same for every compound.

The forest sees the fraction-weighted mean, standard deviation, minimum and maximum of the Magpie
properties (Ward et al. 2016, npj Comput. Mater. 2:16028) of a compound's elements, and tries a third
of them at each split, for classes as many as their square root (Breiman 2001). Its mean over trees
minimises the squared error, while the networks minimise the absolute one: the fair opponent in MAE is the
median over trees, which is that of a quantile regression forest (Meinshausen 2006, J. Mach. Learn. Res.
7:983), as the leaves of full-grown trees hold one composition each.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from matxai.composition.data.compounds import amounts_of, merge_compositions
from matxai.composition.elements.vectors import network_vectors
from matxai.composition.evaluation.accuracy import PREDICTION_COLUMNS
from matxai.composition.settings.tasks import CONSTANT, FOREST, MEDIAN_FOREST, TaskName
from matxai.statistics.estimate import Array


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


def predict_baselines(
    table: pd.DataFrame,
    vectors: pd.DataFrame,
    *,
    trees: int,
    seeds: list[int],
    threads: int,
    task: TaskName,
) -> pd.DataFrame:
    """Predict the test part after learning from the same merged training rows as the networks.

    ``table`` holds the prepared compounds, ``vectors`` the Magpie properties by symbol; one forest is grown
    with each seed. The result has one row per baseline, seed and compound of the test part, with columns
    `PREDICTION_COLUMNS`; the mean (`CONSTANT`) has no seed (-1).
    """
    train = merge_compositions(table[table["part"] == "train"])
    test = table[table["part"] == "test"]
    target = train["target"].to_numpy(np.float64)
    rows = network_vectors(vectors)
    known, unknown = (composition_features(amounts_of(part), rows) for part in (train, test))
    predictions = [(CONSTANT[task], -1, np.full(len(test), target.mean()))]
    for seed in seeds:
        options = {"n_estimators": trees, "random_state": seed, "n_jobs": threads}
        if task == "classification":
            # A merged row whose share of class 1 is between 0 and 1 is learned as both, so weighted.
            one, zero = target > 0, target < 1
            forest = RandomForestClassifier(max_features="sqrt", **options).fit(
                np.concatenate([known[one], known[zero]]),
                np.repeat([1, 0], [one.sum(), zero.sum()]),
                sample_weight=np.concatenate([target[one], 1 - target[zero]]),
            )
            # Threads would add up the trees in the order in which they end, with other rounding each time.
            share = forest.set_params(n_jobs=1).predict_proba(unknown)[:, 1]
            predictions.append((FOREST, seed, share))
        else:
            forest = RandomForestRegressor(max_features=1 / 3, **options).fit(known, target)
            values = np.stack([tree.predict(unknown) for tree in forest.estimators_])
            predictions.append((FOREST, seed, values.mean(axis=0)))
            predictions.append((MEDIAN_FOREST, seed, np.median(values, axis=0)))
    tables = [test.assign(model=name, seed=seed, prediction=p) for name, seed, p in predictions]
    return pd.concat(tables, ignore_index=True)[list(PREDICTION_COLUMNS)]
