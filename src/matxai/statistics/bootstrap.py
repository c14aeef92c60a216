"""95 % bootstrap intervals for rows that come in groups: whole groups are drawn, never rows.

Rows of one group are correlated. Drawn one by one, they would pass for more evidence than they are
(Field & Welsh 2007, J. R. Stat. Soc. B 69:369). Most statistics are functions of sums over each group,
so that a draw costs a weighted sum over groups and no pass over the rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from matxai.statistics.estimate import Array, Estimate

_EQUAL = 1e-12  # A spread of targets this small, relative to that of all rows, is rounding.
_CHUNK = 4_000_000  # numbers of an intermediate table (draws, rows) that are held at once


@dataclass(frozen=True)
class Resamples:
    """Draws of groups with replacement, each of as many groups as there are."""

    codes: npt.NDArray[np.intp]  # number of each row's group, (rows,)
    weights: npt.NDArray[np.uint8]  # how often a draw holds each group, (resamples, groups)

    @classmethod
    def of(cls, group: npt.ArrayLike, *, seed: int, resamples: int = 1000) -> Resamples:
        """Draw among the distinct values of ``group`` (rows,)."""
        codes, names = pd.factorize(np.asarray(group))
        count = len(names)
        rng, shares = np.random.default_rng(seed), np.full(count, 1 / count)
        weights = np.empty((resamples, count), np.uint8)
        for part in _parts(resamples, count):
            weights[part] = rng.multinomial(count, shares, size=len(weights[part]))
        return cls(codes, weights)

    def sums(self, values: Array) -> Array:
        """Sum over each group: (rows,) to (groups,), or (rows, k) to (groups, k)."""
        rows = np.arange(len(self.codes))
        shape = (self.weights.shape[1], len(rows))
        return sparse.csr_array((np.ones(len(rows)), (self.codes, rows)), shape=shape) @ values

    def each(self, statistic: Callable[[Array], Array], width: int = 0) -> Array:
        """Compute a statistic of the sample itself, which comes first, and of every draw.

        It takes weights (draws, groups) and returns (draws, ...), which makes (1 + resamples, ...). The
        ``width`` is how many numbers it holds for each draw, where these are more than the rows.
        """
        parts = _parts(len(self.weights), max(len(self.codes), width))
        drawn = [statistic(self.weights[part].astype(np.float64)) for part in parts]
        return np.concatenate([statistic(np.ones((1, self.weights.shape[1]))), *drawn])

    def means(self, values: Array) -> Array:
        """Mean over rows of (rows,) or (rows, k) values: (1 + resamples,) or (1 + resamples, k)."""
        sums, counts = self.sums(values), self.sums(np.ones(len(values)))
        return self.each(lambda weights: ((weights @ sums).T / (weights @ counts)).T)

    def total_squares(self, target: Array) -> Array:
        """Sum of squares of (rows,) targets about their mean, (1 + resamples,); NaN where all are equal."""
        # The first shift makes equal targets exactly zero; the second one keeps the digits of the rest.
        centred = target - target[0]
        centred -= centred.mean()
        sums = self.sums(np.stack([np.square(centred), centred, np.ones_like(centred)], axis=1))
        squares, totals, counts = self.each(lambda weights: weights @ sums).T
        spread = squares - totals**2 / counts
        return np.where(spread > _EQUAL * spread[0], spread, np.nan)

    def estimate(self, values: Array, level: float = 0.95) -> Estimate:
        """The estimate from what `each` returned, with the percentile interval of probability ``level``.

        Draws without a value (NaN) are left out; a single group has no interval.
        """
        drawn = values[1:] if self.weights.shape[1] > 1 else np.full_like(values[1:], np.nan)
        flat = pd.DataFrame(drawn.reshape(len(drawn), -1))
        ends = flat.quantile([(1 - level) / 2, (1 + level) / 2]).to_numpy()
        return Estimate(values[0], *ends.reshape(2, *drawn.shape[1:]))

    def table(self, metrics: pd.DataFrame) -> pd.DataFrame:
        """Estimates of metrics, (1 + resamples) rows each: columns metric, value, ci_low, ci_high."""
        estimates = self.estimate(metrics.to_numpy())._asdict()
        return pd.DataFrame({"metric": metrics.columns, **estimates})


def mean_interval(
    values: Array, group: npt.ArrayLike, *, seed: int, resamples: int = 1000
) -> Estimate:
    """Mean over rows of (rows,) or (rows, k) values and its interval over groups: numbers or (k,)."""
    draws = Resamples.of(group, seed=seed, resamples=resamples)
    return draws.estimate(draws.means(values))


def quantile_interval(
    values: Array, group: npt.ArrayLike, level: float, *, seed: int, resamples: int = 1000
) -> Estimate:
    """Quantile ``level`` of (rows,) values, and its interval over groups.

    The quantile of a draw is the least value at which its weighted share of rows reaches the level.
    """
    draws = Resamples.of(group, seed=seed, resamples=resamples)
    order = np.argsort(values)

    def quantiles(weights: Array) -> Array:
        share = np.cumsum(weights[:, draws.codes[order]], axis=1)
        return values[order][(share < level * share[:, -1:]).sum(axis=1)]

    return draws.estimate(draws.each(quantiles))._replace(value=np.quantile(values, level))


def _parts(count: int, width: int) -> list[slice]:
    """Split draws of ``width`` numbers each into parts of no more than _CHUNK numbers."""
    step = max(1, _CHUNK // max(width, 1))
    return [slice(start, start + step) for start in range(0, count, step)]
