"""How good the predictions of a model are, and how much better than another's on the same rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

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


def paired_differences(
    target: Array,
    predictions: Mapping[str, Array],
    reference: str,
    *,
    group: npt.ArrayLike,
    seed: int,
    metrics: Metrics = regression_metrics,
    resamples: int = 1000,
) -> pd.DataFrame:
    """Differences of metrics between models and a reference, with 95 % bootstrap intervals over groups.

    Both are scored on the same draws. Rows that are hard for both models cancel, so that the interval is
    narrower than those of the two metrics suggest. The predictions (rows,) by the name of the model hold
    those of the reference as well; the other arguments are those of `score`.

    Returns:
        Columns model, reference, metric, difference (the model's value minus the reference's), ci_low,
        ci_high.
    """
    draws = Resamples.of(group, seed=seed, resamples=resamples)
    values = {name: metrics(target, prediction, draws) for name, prediction in predictions.items()}
    tables = [
        draws.table(value - values[reference]).assign(model=name, reference=reference)
        for name, value in values.items()
        if name != reference
    ]
    differences = pd.concat(tables, ignore_index=True).rename(columns={"value": "difference"})
    return differences[["model", "reference", "metric", "difference", "ci_low", "ci_high"]]
