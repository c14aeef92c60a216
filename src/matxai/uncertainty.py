"""How far an uncertainty that a network states can be trusted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

NORMAL_95 = 1.959964  # 97.5 % quantile of the normal distribution

Array = npt.NDArray[np.float64]


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


def reliability(target: Array, probability: Array, bins: int = 10) -> pd.DataFrame:
    """How often class 1 came true where it was predicted with about the same probability.

    ``target`` (rows,) 0 or 1; bins of equal width, the last one closed. Columns bin_low, bin_high,
    compounds (rows in the bin), mean_probability, observed_share, low, high (95 % Wilson interval of the
    share); NaN in empty bins.
    """
    edges = np.arange(bins + 1) / bins  # 0.3, not 0.30000000000000004
    place = np.clip(np.searchsorted(edges, probability, side="right") - 1, 0, bins - 1)
    counts = np.bincount(place, minlength=bins)
    ones = np.bincount(place, target, bins)
    sums = np.bincount(place, probability, bins)
    intervals = [
        stats.binomtest(round(one), int(count)).proportion_ci(method="wilson") if count else None
        for one, count in zip(ones, counts, strict=True)
    ]
    with np.errstate(invalid="ignore"):
        return pd.DataFrame(
            {
                "bin_low": edges[:-1],
                "bin_high": edges[1:],
                "compounds": counts,
                "mean_probability": sums / counts,
                "observed_share": ones / counts,
                "low": [interval.low if interval else np.nan for interval in intervals],
                "high": [interval.high if interval else np.nan for interval in intervals],
            }
        )


def expected_calibration_error(curve: pd.DataFrame) -> float:
    """Mean distance of observed share and mean probability of a `reliability` table, by rows in a bin.

    Naeini, Cooper, Hauskrecht 2015 (AAAI). Above 0 by chance even for true probabilities.
    """
    gap = (curve["observed_share"] - curve["mean_probability"]).abs()
    return float((gap * curve["compounds"]).sum() / curve["compounds"].sum())
