"""How well probabilities tell two classes apart, with 95 % bootstrap intervals over groups of rows.

Every metric here is a function of how often a draw holds each row, so that all draws are computed at
once: rows are sorted by their probability a single time, and rows of one probability are one threshold.
A group is what comes together, such as the compounds of one composition, which share one prediction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from matxai.statistics.bootstrap import Resamples

Array = npt.NDArray[np.float64]

_CHUNK = 4_000_000  # numbers of a table (draws, rows) that are held at once


@dataclass(frozen=True)
class _Ranked:
    """Rows by falling probability, in ``order``; ``last``: the last row of each distinct one."""

    order: npt.NDArray[np.intp]
    target: Array
    probability: Array
    last: npt.NDArray[np.intp]

    @classmethod
    def of(cls, target: Array, probability: Array) -> _Ranked:
        if not np.isin(target, (0, 1)).all():
            raise ValueError("targets must be 0 or 1")
        if not ((probability >= 0) & (probability <= 1)).all():
            raise ValueError("probabilities must lie within 0 and 1")
        order = np.argsort(-probability, kind="stable")
        ordered = probability[order]
        last = np.flatnonzero(np.append(np.diff(ordered) != 0, True))
        return cls(order, target[order], ordered, last)

    def resamples(self, group: npt.ArrayLike | None, seed: int, count: int) -> Resamples:
        """Draws of groups of the rows in their order, or of the rows."""
        own = self.order if group is None else np.asarray(group)[self.order]
        return Resamples.of(own, seed=seed, resamples=count)

    def draws(self, found: Resamples) -> Iterator[Array]:
        """(draws, rows) weights of the rows in their order, some draws at a time."""
        step = max(1, _CHUNK // len(self.order))
        for start in range(0, len(found.weights), step):
            yield found.weights[start : start + step, found.codes]

    def counts(self, weights: Array) -> tuple[Array, Array]:
        """True and false positives at each threshold, (draws, thresholds), of (draws, rows) weights."""
        true = np.cumsum(weights * self.target, axis=1)[:, self.last]
        return true, np.cumsum(weights, axis=1)[:, self.last] - true


def class_scores(
    target: Array,
    probability: Array,
    *,
    seed: int,
    group: npt.ArrayLike | None = None,
    resamples: int = 1000,
) -> pd.DataFrame:
    """Score (rows,) probabilities of class 1 against targets 0 and 1.

    Columns metric, value, ci_low, ci_high; metrics roc_auc (ties count half), average_precision (sum of
    precision x gain of recall, no interpolation), accuracy and balanced_accuracy (mean recall of the two
    classes) at the threshold 0.5, brier (mean squared difference), log_loss (nats; probabilities are kept
    2e-16 away from 0 and 1). What needs both classes is NaN without them, in a draw as well: such draws
    are left out of the interval. It tells how the value would differ on another test set of this size;
    ``group`` (rows,): rows that are drawn together, each for itself if there is none; NaN for a single one.
    """
    ranked = _Ranked.of(target, probability)
    value = _scores(ranked, np.ones((1, len(target))))
    found = ranked.resamples(group, seed, resamples)
    drawn = [_scores(ranked, weights) for weights in ranked.draws(found)]
    table = []
    for name, (of_all,) in value.items():
        low, high = found.interval(np.concatenate([part[name] for part in drawn]))
        table.append((name, float(of_all), float(low), float(high)))
    return pd.DataFrame(table, columns=["metric", "value", "ci_low", "ci_high"])


def _scores(ranked: _Ranked, weights: Array) -> dict[str, Array]:
    """Each metric (draws,) of (draws, rows) weights."""
    total = weights.sum(axis=1)
    positives = weights @ ranked.target
    negatives = total - positives
    true, false = ranked.counts(weights)
    gained = np.diff(true, axis=1, prepend=0)
    passed = np.diff(false, axis=1, prepend=0)
    chosen = ranked.probability >= 0.5
    hits, misses = weights @ (ranked.target * chosen), weights @ ((1 - ranked.target) * chosen)
    eps = np.finfo(np.float64).eps
    inside = np.clip(ranked.probability, eps, 1 - eps)
    losses = -np.where(ranked.target == 1, np.log(inside), np.log1p(-inside))
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = np.where(true + false > 0, true / (true + false), 0)
        return {
            # A negative below a positive, or at the same threshold for a half.
            "roc_auc": (gained * (negatives[:, None] - false + passed / 2)).sum(axis=1)
            / (positives * negatives),
            "average_precision": (gained * precision).sum(axis=1) / positives,
            "accuracy": (hits + negatives - misses) / total,
            "balanced_accuracy": (hits / positives + 1 - misses / negatives) / 2,
            "brier": weights @ np.square(ranked.probability - ranked.target) / total,
            "log_loss": weights @ losses / total,
        }


def class_curves(
    target: Array,
    probability: Array,
    *,
    seed: int,
    group: npt.ArrayLike | None = None,
    resamples: int = 500,
) -> pd.DataFrame:
    """ROC and precision-recall curve: one row a threshold, from the strictest to the loosest.

    Columns threshold (a row at or above it is called class 1; inf: none is), false_positive_rate, recall
    (true positive rate), precision (NaN where none is called); recall_ci_low, recall_ci_high, the pointwise
    95 % bootstrap band of the recall at this false positive rate. Rates of a class without rows are NaN.
    Half as many draws as of a score by default: each is a whole curve that is held.
    """
    ranked = _Ranked.of(target, probability)
    (true,), (false,) = ranked.counts(np.ones((1, len(target))))
    with np.errstate(invalid="ignore", divide="ignore"):
        recall, fallout = true / target.sum(), false / (1 - target).sum()
        precision = true / (true + false)
    low, high = _band(ranked, fallout, ranked.resamples(group, seed, resamples))
    start = {"recall": 0.0 * recall[:1], "fallout": 0.0 * fallout[:1]}  # NaN stays NaN
    return pd.DataFrame(
        {
            "threshold": np.append(np.inf, ranked.probability[ranked.last]),
            "false_positive_rate": np.append(start["fallout"], fallout),
            "recall": np.append(start["recall"], recall),
            "precision": np.append(np.nan, precision),
            "recall_ci_low": np.append(start["recall"], low),
            "recall_ci_high": np.append(start["recall"], high),
        }
    )


def _band(ranked: _Ranked, fallout: Array, found: Resamples) -> tuple[Array, Array]:
    """Quantiles of the recall over draws, at each of the false positive rates ``fallout``."""
    drawn = []
    for weights in ranked.draws(found):
        for true, false in zip(*ranked.counts(weights), strict=True):
            if true[-1] and false[-1]:
                # At equal rates the highest recall counts: a curve's vertical piece ends there.
                rates = np.append(0, false / false[-1])
                places = np.searchsorted(rates, fallout + 1e-12, side="right") - 1
                drawn.append(np.append(0, true / true[-1])[places])
    if not drawn or np.isnan(fallout).any():
        return np.full(len(fallout), np.nan), np.full(len(fallout), np.nan)
    return found.interval(np.array(drawn))
