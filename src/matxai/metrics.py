"""Errors of predictions with their uncertainty, and how far a stated uncertainty can be trusted."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

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


def score(target: Array, prediction: Array, *, seed: int, resamples: int = 1000) -> pd.DataFrame:
    """MAE, RMSE and R2 of (rows,) predictions with 95 % bootstrap intervals over the rows.

    Columns metric, value, ci_low, ci_high. The interval tells how the value would differ on another
    test set of this size, not on another training.
    """
    generator = np.random.default_rng(seed)
    draws = generator.integers(len(target), size=(resamples, len(target)))
    rows = []
    for name, metric in METRICS.items():
        values = [metric(target[draw], prediction[draw]) for draw in draws]
        low, high = np.nanquantile(values, [0.025, 0.975])
        rows.append((name, metric(target, prediction), float(low), float(high)))
    return pd.DataFrame(rows, columns=["metric", "value", "ci_low", "ci_high"])


def laplace_scale_factor(target: Array, prediction: Array, sigma: Array) -> float:
    """The factor on Laplace standard deviations (rows,) that makes the targets most likely.

    The maximum-likelihood scale b of |error| / b is their mean, and sigma = sqrt(2) b.
    """
    return float(np.mean(np.sqrt(2) * np.abs(target - prediction) / sigma))


def laplace_coverage(
    target: Array, prediction: Array, sigma: Array, levels: int = 19
) -> pd.DataFrame:
    """Share of targets inside central Laplace intervals, for evenly spaced expected coverages.

    Columns expected_coverage, observed_coverage, low, high (95 % Wilson interval of a binomial
    share). An interval of coverage p reaches -ln(1 - p) sigma / sqrt(2) either side.
    """
    expected = np.arange(1, levels + 1) / (levels + 1)
    half_width = -np.log1p(-expected)[:, None] * sigma / np.sqrt(2)
    inside = (np.abs(target - prediction) <= half_width).sum(axis=1)
    intervals = [
        stats.binomtest(int(count), len(target)).proportion_ci(method="wilson") for count in inside
    ]
    return pd.DataFrame(
        {
            "expected_coverage": expected,
            "observed_coverage": inside / len(target),
            "low": [interval.low for interval in intervals],
            "high": [interval.high for interval in intervals],
        }
    )


def coverage_gap(coverage: pd.DataFrame) -> tuple[Array, Array]:
    """Observed minus expected coverage on a fine grid of expected ones, joined by straight lines.

    The curve starts at (0, 0) and ends at (1, 1): an interval of no width covers nothing, an
    infinite one everything.
    """
    curve = coverage.sort_values("expected_coverage")
    x = np.concatenate([[0.0], curve["expected_coverage"], [1.0]])
    y = np.concatenate([[0.0], curve["observed_coverage"], [1.0]])
    grid = np.union1d(np.linspace(0, 1, 1001), x)
    return grid, np.interp(grid, x, y) - grid


def miscalibration_area(coverage: pd.DataFrame) -> float:
    """Area between the observed and the ideal coverage curve: 0 is perfect, 0.5 the worst."""
    grid, gap = coverage_gap(coverage)
    return float(np.trapezoid(np.abs(gap), grid))
