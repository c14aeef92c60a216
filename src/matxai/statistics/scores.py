"""How good the predictions of a model are."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from matxai.statistics.bootstrap import Resamples
from matxai.statistics.estimate import Array
from matxai.statistics.regression import regression_metrics

Metrics = Callable[[Array, Array, Resamples], pd.DataFrame]


def score(
    target: Array,
    prediction: Array,
    *,
    seed: int,
    group: npt.ArrayLike | None = None,
    metrics: Metrics = regression_metrics,
    resamples: int = 1000,
) -> pd.DataFrame:
    """Metrics of (rows,) predictions with 95 % bootstrap intervals: columns metric, value, ci_low, ci_high.

    The interval tells how the value would differ on another test set of this size, not after another
    training; that of a single group is NaN.

    Rows of one ``group`` (rows,) are drawn together, such as the compounds of one composition, which share
    one prediction; without it each row is a group. For probabilities, the metrics are
    `classification.class_metrics`.
    """
    group = np.arange(len(target)) if group is None else group
    draws = Resamples.of(group, seed=seed, resamples=resamples)
    return draws.table(metrics(target, prediction, draws))
