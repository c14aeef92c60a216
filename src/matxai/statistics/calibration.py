"""How far an uncertainty that a network states can be trusted."""

import numpy as np
import pandas as pd
import scipy

from matxai.statistics.estimate import Array

_LEVELS = np.arange(1, 20) / 20  # expected coverages
_BINS = 10  # of predicted probability


def wilson(count: int, total: int) -> tuple[float, float]:
    """The 95 % interval of the share that ``count`` of ``total`` trials make; NaN for no trials.

    Wilson 1927 (J. Am. Stat. Assoc. 22:209).
    """
    if not total:
        return np.nan, np.nan
    interval = scipy.stats.binomtest(count, total).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def laplace_scale_factor(target: Array, prediction: Array, sigma: Array) -> float:
    """The factor on Laplace standard deviations (rows,) that makes the targets most likely."""
    # |error| / sigma has the mean factor / sqrt(2), the maximum-likelihood estimate of its scale.
    return float(np.mean(np.sqrt(2) * np.abs(target - prediction) / sigma))


def laplace_coverage(target: Array, prediction: Array, sigma: Array) -> pd.DataFrame:
    """Share of targets inside central Laplace intervals, for evenly spaced expected coverages.

    Columns expected_coverage, observed_coverage, ci_low, ci_high (95 %, `wilson`). An interval of
    coverage p reaches -ln(1 - p) sigma / sqrt(2) either side.
    """
    half_width = -np.log1p(-_LEVELS)[:, None] * sigma / np.sqrt(2)
    inside = (np.abs(target - prediction) <= half_width).sum(axis=1)
    low, high = np.vectorize(wilson)(inside, len(target))
    columns = {"expected_coverage": _LEVELS, "observed_coverage": inside / len(target)}
    return pd.DataFrame({**columns, "ci_low": low, "ci_high": high})


def coverage_gap(coverage: pd.DataFrame) -> tuple[Array, Array]:
    """Observed minus expected coverage on a fine grid of expected ones, joined by straight lines.

    The curve starts at (0, 0) and ends at (1, 1): an interval of no width covers nothing, an
    infinite one everything.
    """
    curve = coverage.sort_values("expected_coverage")
    x, y = (np.r_[0, curve[column], 1] for column in ("expected_coverage", "observed_coverage"))
    grid = np.union1d(np.linspace(0, 1, 1001), x)
    return grid, np.interp(grid, x, y) - grid


def miscalibration_area(coverage: pd.DataFrame) -> float:
    """Area between the observed and the ideal coverage curve: 0 is perfect, 0.5 the worst."""
    grid, gap = coverage_gap(coverage)
    return float(np.trapezoid(np.abs(gap), grid))


def reliability(target: Array, probability: Array) -> pd.DataFrame:
    """How often class 1 came true where it was predicted with about the same probability.

    ``target`` (rows,) 0 or 1; bins of equal width, the last one closed. Columns bin_low, bin_high,
    rows (in the bin), mean_probability, observed_share, ci_low, ci_high (of the share: 95 %, `wilson`);
    NaN in empty bins.
    """
    edges = np.arange(_BINS + 1) / _BINS  # 0.3, not 0.30000000000000004
    place = np.clip(np.searchsorted(edges, probability, side="right") - 1, 0, _BINS - 1)
    counts, ones, sums = (np.bincount(place, v, _BINS) for v in (None, target, probability))
    low, high = np.vectorize(wilson)(ones.astype(int), counts)
    with np.errstate(invalid="ignore"):
        shares = {"mean_probability": sums / counts, "observed_share": ones / counts}
    bins = {"bin_low": edges[:-1], "bin_high": edges[1:], "rows": counts}
    return pd.DataFrame({**bins, **shares, "ci_low": low, "ci_high": high})


def expected_calibration_error(curve: pd.DataFrame) -> float:
    """Mean distance of observed share and mean probability of a `reliability` table, by rows in a bin.

    Naeini, Cooper, Hauskrecht 2015 (AAAI). Above 0 by chance even for true probabilities.
    """
    gap = (curve["observed_share"] - curve["mean_probability"]).abs()
    return float((gap * curve["rows"]).sum() / curve["rows"].sum())
