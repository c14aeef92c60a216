"""How much better one model is than another on the same rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy.typing as npt
import pandas as pd

from matxai.statistics.bootstrap import Resamples
from matxai.statistics.estimate import Array
from matxai.statistics.regression import regression_metrics

Metrics = Callable[[Array, Array, Resamples], pd.DataFrame]


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
    narrower than those of the two metrics suggest.

    Args:
        target: True values, (rows,).
        predictions: Predictions (rows,) by the name of the model, among them the reference.
        reference: Name of the model that all others are compared with.
        group: Rows that are drawn together, (rows,).
        seed: Seed of the draws.
        metrics: `regression.regression_metrics` or `classification.class_metrics`.
        resamples: Number of draws.

    Returns:
        Columns model, reference, metric, difference (the model's value minus the reference's), ci_low,
        ci_high.
    """
    draws = Resamples.of(group, seed=seed, resamples=resamples)
    values = {name: metrics(target, prediction, draws) for name, prediction in predictions.items()}
    tables = [
        draws.table(values[name] - values[reference]).assign(model=name, reference=reference)
        for name in predictions
        if name != reference
    ]
    differences = pd.concat(tables, ignore_index=True).rename(columns={"value": "difference"})
    return differences[["model", "reference", "metric", "difference", "ci_low", "ci_high"]]
