"""Errors of predictions, with their own uncertainty."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from matxai.statistics.bootstrap import Resamples

Array = npt.NDArray[np.float64]


def mae(target: Array, prediction: Array) -> float:
    """Mean absolute error, in the unit of the target."""
    return float(np.abs(prediction - target).mean())


def rmse(target: Array, prediction: Array) -> float:
    """Root mean squared error, in the unit of the target."""
    return float(np.sqrt(np.square(prediction - target).mean()))


def r2(target: Array, prediction: Array) -> float:
    """Coefficient of determination, 1 - residual / total sum of squares; NaN for equal targets."""
    total = np.square(target - target.mean()).sum()
    return float(1 - np.square(prediction - target).sum() / total) if total > 0 else float("nan")


METRICS: dict[str, Callable[[Array, Array], float]] = {"mae": mae, "rmse": rmse, "r2": r2}


def score(
    target: Array,
    prediction: Array,
    *,
    seed: int,
    group: npt.ArrayLike | None = None,
    resamples: int = 1000,
) -> pd.DataFrame:
    """MAE, RMSE and R2 of (rows,) predictions with 95 % bootstrap intervals over groups of rows.

    ``group`` (rows,): rows that come together, such as compounds of one composition, which share one
    prediction; each row for itself if there is none. Columns metric, value, ci_low, ci_high. The interval
    tells how the value would differ on another test set of this size, not on another training; NaN for a
    single group.
    """
    every = np.arange(len(target))
    resample = Resamples.of(every if group is None else group, seed=seed, resamples=resamples)
    draws = [np.repeat(every, weights[resample.codes].astype(int)) for weights in resample.weights]
    rows = []
    for name, metric in METRICS.items():
        drawn = np.array([metric(target[draw], prediction[draw]) for draw in draws])
        low, high = resample.interval(drawn)
        rows.append((name, metric(target, prediction), float(low), float(high)))
    return pd.DataFrame(rows, columns=["metric", "value", "ci_low", "ci_high"])
