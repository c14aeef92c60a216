"""95 % bootstrap intervals for rows that come in groups: whole groups are drawn, never rows.

Rows of one group (steps of a loading path, say) are correlated; drawn one by one, they would pass for
more evidence than they are (Field & Welsh 2007, J. R. Stat. Soc. B 69:369). Every statistic here is a
function of sums over each group, so a draw costs a weighted sum over groups and no pass over the rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[np.float64]

LEVELS = (0.025, 0.975)
_EQUAL = 1e-12  # spread of the targets in a draw, relative to that of all, which is rounding


@dataclass(frozen=True)
class Resamples:
    """Draws of groups with replacement.

    ``codes``: (rows,) number of each row's group. ``weights``: (resamples, groups) how often a draw
    holds each group.
    """

    codes: npt.NDArray[np.intp]
    weights: Array

    @classmethod
    def of(cls, group: npt.ArrayLike, *, seed: int, resamples: int = 1000) -> Resamples:
        """As many groups a draw as ``group`` (rows,) has distinct values."""
        codes, names = pd.factorize(np.asarray(group))
        count = len(names)
        shares = np.full(count, 1 / count)
        weights = np.random.default_rng(seed).multinomial(count, shares, size=resamples)
        return cls(codes, weights.astype(np.float64))

    def sums(self, values: Array) -> Array:
        """Sums over each group: (rows,) -> (groups,)."""
        return np.bincount(self.codes, values, self.weights.shape[1]).astype(np.float64)

    def total_squares(self, target: Array) -> tuple[float, Array]:
        """Sum of squares about the mean: of all rows, and (resamples,) of each draw.

        NaN where all targets are equal.
        """
        # The first shift makes equal targets exactly zero; the second one keeps the digits of the rest.
        centred = target - target[0]
        centred -= centred.mean()
        squares, sums = self.sums(np.square(centred)), self.sums(centred)
        counts = self.sums(np.ones_like(centred))
        total = float(squares.sum())
        drawn = self.weights @ squares - (self.weights @ sums) ** 2 / (self.weights @ counts)
        drawn[drawn <= _EQUAL * total] = np.nan
        return (total if total > 0 else np.nan), drawn

    def interval(self, drawn: Array) -> tuple[Array, Array]:
        """2.5 % and 97.5 % quantile of (resamples, ...); NaN for a single group or no valid draw."""
        if self.weights.shape[1] == 1 or np.isnan(drawn).all():
            nothing = np.full(drawn.shape[1:], np.nan)
            return nothing, nothing
        low, high = np.nanquantile(drawn, LEVELS, axis=0)
        return low, high


def r2_interval(
    target: Array, prediction: Array, group: npt.ArrayLike, *, seed: int, resamples: int = 1000
) -> tuple[float, float, float]:
    """R2 of (rows,) predictions and its interval over groups; NaN for equal targets."""
    draws = Resamples.of(group, seed=seed, resamples=resamples)
    total, totals = draws.total_squares(target)
    errors = draws.sums(np.square(prediction - target))
    low, high = draws.interval(1 - draws.weights @ errors / totals)
    return 1 - float(errors.sum()) / total, float(low), float(high)


def mean_interval(
    values: Array, group: npt.ArrayLike, *, seed: int, resamples: int = 1000
) -> tuple[Array, Array, Array]:
    """Mean of (rows,) or (rows, k) values over all rows, and its interval over groups: three (k,).

    For (rows,) each of the three is a scalar.
    """
    draws = Resamples.of(group, seed=seed, resamples=resamples)
    sums = np.stack([draws.sums(column) for column in np.atleast_2d(values.T)], axis=1)
    counts = draws.sums(np.ones(len(values)))
    means = (draws.weights @ sums) / (draws.weights @ counts)[:, None]
    low, high = draws.interval(means.reshape(len(means), *values.shape[1:]))
    return values.mean(axis=0), low, high


def quantile_interval(
    values: Array, group: npt.ArrayLike, level: float, *, seed: int, resamples: int = 1000
) -> tuple[float, float, float]:
    """Quantile ``level`` of (rows,) values, and its interval over groups.

    A draw's quantile is the least value at which its weighted share of rows reaches the level.
    """
    draws = Resamples.of(group, seed=seed, resamples=resamples)
    order = np.argsort(values)
    ordered, codes = values[order], draws.codes[order]
    drawn = np.empty(resamples)
    for place, weights in enumerate(draws.weights):
        share = np.cumsum(weights[codes])
        drawn[place] = ordered[np.searchsorted(share, level * share[-1])]
    low, high = draws.interval(drawn)
    return float(np.quantile(values, level)), float(low), float(high)
