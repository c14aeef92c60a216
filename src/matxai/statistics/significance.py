"""How often chance alone gives as large a value: permutations of groups, and control over many tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice, permutations, product
from math import factorial, prod
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy

from matxai.statistics.estimate import Array

Orders = npt.NDArray[np.intp]

_CHUNK = 4_000_000  # numbers that are held at once
_ROUNDING = 1e-9  # Two statistics this close, relatively, are equal.


@dataclass(frozen=True)
class Permutations:
    """Orders of rows in which whole groups change places, within blocks alone; the first changes nothing.

    If there are no more possible orders than asked for, these are all of them, and the test is exact.
    """

    places: Orders  # rows of each group, (groups, rows of the largest group), filled up with -1
    blocks: list[list[int]]  # numbers of the groups of each block
    count: int  # of the orders
    seed: int

    @classmethod
    def of(
        cls,
        group: npt.ArrayLike,
        block: npt.ArrayLike | None = None,
        *,
        seed: int,
        permutations: int = 9999,
    ) -> Permutations:
        """Permute the distinct values of ``group`` (rows,) within those of ``block`` (rows,).

        Raises:
            ValueError: Groups of a block differ in their number of rows, or one lies in several blocks.
        """
        codes, _ = pd.factorize(np.asarray(group))
        sizes, rows = np.bincount(codes), np.argsort(codes, kind="stable")
        label = np.zeros(len(codes)) if block is None else np.asarray(block)
        labels = label[rows[np.cumsum(sizes) - sizes]]  # of each group's first row
        if (label != labels[codes]).any():
            raise ValueError("a group lies in several blocks: groups change places within one")
        blocks = [np.flatnonzero(labels == name).tolist() for name in pd.unique(labels)]
        for mine in blocks:
            if np.ptp(sizes[mine]):
                raise ValueError(
                    f"groups of {min(sizes[mine])} and of {max(sizes[mine])} rows cannot change "
                    "places: take the mean of each group, or blocks of equal groups"
                )
        places = np.full((len(sizes), max(sizes)), -1)
        places[np.arange(max(sizes)) < sizes[:, None]] = rows
        possible = prod(factorial(len(mine)) for mine in blocks)
        return cls(places, blocks, min(possible, permutations + 1), seed)

    def batches(self, size: int) -> Iterator[Orders]:
        """The orders (up to ``size``, rows) at a time: row i takes the value of row order[i]."""
        if self.count == prod(factorial(len(mine)) for mine in self.blocks):
            moved: Any = product(*map(permutations, self.blocks))  # which lists them all at once
        else:
            rng = np.random.default_rng(self.seed)
            shuffled = (map(rng.permutation, self.blocks) for _ in range(self.count - 1))
            moved = chain([self.blocks], shuffled)
        own = self.places[list(chain(*self.blocks))]
        filled = own >= 0  # of the groups that change places as well, which are as large
        while batch := [list(chain(*blocks)) for blocks in islice(moved, size)]:
            orders = np.empty((len(batch), filled.sum()), np.intp)
            orders[:, own[filled]] = self.places[batch][:, filled]
            yield orders


class PValues(NamedTuple):
    """Two-sided p of each statistic, in their shape; NaN where the statistic is undefined.

    ``p`` is the share of the orders that give at least the same absolute value; ``family`` that of the
    orders whose largest absolute value of all reaches this one: the chance of at least one false finding
    (Westfall & Young 1993, single step).
    """

    p: Array
    family: Array
    smallest: float  # p that the number of orders allows


def permutation_test(
    statistic: Callable[[Orders], Array], orders: Permutations, width: int = 0
) -> PValues:
    """Compare statistics with what they are when the groups change places.

    The statistic takes orders (n, rows) and returns an array (n, ...); ``width`` is how many numbers it
    holds for each order, where these are more than the rows. The order as it is counts as one of all, so
    that no p is zero (Phipson & Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9:39).
    """
    observed = np.abs(statistic(next(orders.batches(1))))[0]
    least = observed * (1 - _ROUNDING)
    single, largest = np.zeros(observed.shape), []
    for batch in orders.batches(max(1, _CHUNK // max(orders.places.size, width))):
        values = np.abs(statistic(batch))
        single += (values >= least).sum(axis=0)
        largest.append(np.fmax.reduce(values.reshape(len(values), -1), axis=1))
    ranked = np.sort(np.concatenate(largest))
    reached = len(ranked) - np.searchsorted(ranked, least)
    undefined = np.isnan(observed)
    p, family = (np.where(undefined, np.nan, count / orders.count) for count in (single, reached))
    return PValues(p, family, 1 / orders.count)


def false_discovery(p: Array, method: Literal["bh", "by"]) -> Array:
    """Adjusted p of any shape: calling all below q significant, an expected share q of the calls is wrong.

    Benjamini & Hochberg 1995 (J. R. Stat. Soc. B 57:289), for independent or positively dependent tests;
    Benjamini & Yekutieli 2001 (Ann. Stat. 29:1165), for any dependence. NaN is no test.
    """
    adjusted = np.full(np.shape(p), np.nan)
    tested = np.isfinite(p)
    adjusted[tested] = scipy.stats.false_discovery_control(p[tested], method=method)
    return adjusted
