"""How well probabilities tell two classes apart, with 95 % bootstrap intervals over groups of rows.

Every metric is a function of how often a draw holds each row: rows are sorted by their probability a
single time for all draws. (One call of scikit-learn per draw takes some four times as long.)
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from matxai.statistics.bootstrap import Resamples
from matxai.statistics.estimate import Array


class _Ranked:
    """Rows by falling probability; ``last`` is the last row of each distinct one."""

    def __init__(self, target: Array, probability: Array, draws: Resamples) -> None:
        if not np.isin(target, (0, 1)).all():
            raise ValueError("targets must be 0 or 1")
        if not ((probability >= 0) & (probability <= 1)).all():
            raise ValueError("probabilities must lie within 0 and 1")
        order = np.argsort(-probability, kind="stable")
        self.target, self.probability = target[order], probability[order]
        self.codes = draws.codes[order]
        self.last = np.flatnonzero(np.append(np.diff(self.probability) != 0, True))

    def counts(self, rows: Array) -> tuple[Array, Array]:
        """True and false positives at each threshold and, first, above all: (draws, 1 + thresholds)."""
        true, called = (
            np.pad(np.cumsum(weights, axis=1)[:, self.last], ((0, 0), (1, 0)))
            for weights in (rows * self.target, rows)
        )
        return true, called - true


def class_metrics(target: Array, probability: Array, draws: Resamples) -> pd.DataFrame:
    """Metrics of (rows,) probabilities of class 1 in the sample itself, the first row, and in every draw.

    Columns roc_auc (ties count half), average_precision (sum of precision x gain of recall, without
    interpolation), accuracy and balanced_accuracy (mean recall of the two classes) at the threshold 0.5,
    brier (mean squared difference), log_loss (nats; probabilities are kept 2e-16 away from 0 and 1).
    What needs both classes is NaN without them, and its interval leaves such draws out.
    """
    ranked = _Ranked(target, probability, draws)
    target, probability = ranked.target, ranked.probability
    chosen = probability >= 0.5
    eps = np.finfo(np.float64).eps
    inside = np.clip(probability, eps, 1 - eps)
    losses = -np.where(target == 1, np.log(inside), np.log1p(-inside))
    sums = [target, target * chosen, (1 - target) * chosen, np.square(probability - target), losses]

    def metrics(weights: Array) -> Array:
        rows = weights[:, ranked.codes]
        total = rows.sum(axis=1)
        positives, hits, misses, squares, loss = (rows @ np.stack(sums, axis=1)).T
        negatives = total - positives
        true, false = ranked.counts(rows)
        gained, passed = np.diff(true), np.diff(false)
        true, false = true[:, 1:], false[:, 1:]
        with np.errstate(invalid="ignore", divide="ignore"):
            precision = np.where(true + false > 0, true / (true + false), 0)
            # A pair is in order with a negative below a positive, and half so at the same threshold.
            pairs = (gained * (negatives[:, None] - false + passed / 2)).sum(axis=1)
            values = [
                pairs / (positives * negatives),
                (gained * precision).sum(axis=1) / positives,
                (hits + negatives - misses) / total,
                (hits / positives + 1 - misses / negatives) / 2,
                squares / total,
                loss / total,
            ]
        return np.stack(values, axis=1)

    names = ["roc_auc", "average_precision", "accuracy", "balanced_accuracy", "brier", "log_loss"]
    return pd.DataFrame(draws.each(metrics), columns=names)


def class_curves(
    target: Array,
    probability: Array,
    *,
    seed: int,
    group: npt.ArrayLike | None = None,
    resamples: int = 500,
) -> pd.DataFrame:
    """ROC and precision-recall curve: one row per threshold, from the strictest to the loosest.

    Arguments as of `regression.score`. Columns threshold (a row at or above it is called class 1; at inf
    none is), false_positive_rate, recall (true positive rate), precision (NaN where none is called);
    recall_ci_low and recall_ci_high, the pointwise 95 % bootstrap band of the recall at this false
    positive rate. Rates of a class without rows are NaN.
    """
    group = np.arange(len(target)) if group is None else group
    draws = Resamples.of(group, seed=seed, resamples=resamples)
    ranked = _Ranked(target, probability, draws)
    (true,), (false,) = ranked.counts(np.ones((1, len(target))))
    with np.errstate(invalid="ignore", divide="ignore"):
        recall, fallout = true / true[-1], false / false[-1]
        precision = true / (true + false)

    def recalls(weights: Array) -> Array:
        drawn = np.full((len(weights), len(fallout)), np.nan)
        for row, true, false in zip(drawn, *ranked.counts(weights[:, ranked.codes]), strict=True):
            if true[-1] and false[-1]:
                # At equal rates the highest recall counts: a curve's vertical piece ends there.
                places = np.searchsorted(false / false[-1], fallout[1:] + 1e-12, side="right") - 1
                row[:] = np.append(0, true[places] / true[-1])
        return drawn

    _, low, high = draws.estimate(draws.each(recalls))
    thresholds = np.append(np.inf, ranked.probability[ranked.last])
    curves = {"threshold": thresholds, "false_positive_rate": fallout, "recall": recall}
    band = {"recall_ci_low": low, "recall_ci_high": high}
    return pd.DataFrame({**curves, "precision": precision, **band})
