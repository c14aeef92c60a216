"""Errors of predictions, with their own uncertainty."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from matxai.statistics.bootstrap import Resamples
from matxai.statistics.estimate import Array, Estimate


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


def regression_metrics(target: Array, prediction: Array, draws: Resamples) -> pd.DataFrame:
    """Columns mae, rmse, r2 in the sample itself, which is the first row, and in every draw."""
    error = prediction - target
    sums = draws.sums(np.stack([np.ones_like(error), np.abs(error), np.square(error)], axis=1))
    rows, absolute, squares = draws.each(lambda weights: weights @ sums).T
    r2s = 1 - squares / draws.total_squares(target)
    return pd.DataFrame({"mae": absolute / rows, "rmse": np.sqrt(squares / rows), "r2": r2s})


def score(
    target: Array,
    prediction: Array,
    *,
    seed: int,
    group: npt.ArrayLike | None = None,
    metrics: Callable[[Array, Array, Resamples], pd.DataFrame] = regression_metrics,
    resamples: int = 1000,
) -> pd.DataFrame:
    """Metrics of (rows,) predictions with 95 % bootstrap intervals: columns metric, value, ci_low, ci_high.

    The interval tells how the value would differ on another test set of this size, not after another
    training; that of a single group is NaN. Rows of one ``group`` (rows,) are drawn together, such as the
    compounds of one composition, which share one prediction; without it each row is a group. For
    probabilities, the metrics are `classification.class_metrics`.
    """
    group = np.arange(len(target)) if group is None else group
    draws = Resamples.of(group, seed=seed, resamples=resamples)
    return draws.table(metrics(target, prediction, draws))


def r2_interval(
    target: Array, prediction: Array, group: npt.ArrayLike, *, seed: int, resamples: int = 1000
) -> Estimate:
    """R2 of (rows,) predictions and its interval over groups; NaN for equal targets."""
    draws = Resamples.of(group, seed=seed, resamples=resamples)
    return draws.estimate(regression_metrics(target, prediction, draws)["r2"].to_numpy())
