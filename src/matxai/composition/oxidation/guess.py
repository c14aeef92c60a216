"""Oxidation states of a formula: the charge-balanced assignment that pymatgen ranks first.

`pymatgen.core.Composition.oxi_state_guesses` gives each atom one of its element's states (those listed
from the ICSD, else the common ones) and ranks balanced assignments by how often the ICSD bond-valence
list has each ion, summed over atoms. It writes out every multiset of states of an element and every
product of the elements' charges. Here the same answer comes from dynamic programming: the best score
of n atoms with charge s from that of n - 1 atoms, then the best score of the elements i, i + 1, ...
with charge s, from the last element to the first. Scores are sums of whole numbers: equal means equal.

Where several assignments score the same, pymatgen keeps the one that it meets first: the first
element's charge varies slowest, and an element's charges come in the order in which its multisets of
states, in the order of its list of states, first reach them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pymatgen.core import Composition, Element, Species

Scores = npt.NDArray[np.int64]

UNBALANCED = "unbalanced"
NO_STATES = "no_states"
NON_INTEGER = "non_integer"
TIME_LIMIT = "time_limit"
REASONS = {
    UNBALANCED: "no balanced assignment",
    NO_STATES: "an element without states",
    NON_INTEGER: "amounts that are not whole",
    TIME_LIMIT: "time limit reached",
}

_IMPOSSIBLE = -(2**52)  # stays below zero with any score added, fits 64 bits added a thousand times
_KEPT = 256  # atoms of an element up to which its scores stay in memory


@dataclass(frozen=True)
class Guess:
    """Mean oxidation state by symbol, or none and the ``reason``, a key of ``REASONS``.

    ``states`` is empty if and only if there is a reason; a pure element has state 0 by definition.
    """

    states: dict[str, float]
    reason: str = ""


@dataclass(frozen=True)
class Listed:
    """What pymatgen lists of an element, each in its order, which decides ties.

    ``tried`` are the states that a guess may give an atom, ``occurrences`` how often the ICSD bond-valence
    list has each of them.
    """

    common: tuple[int, ...]
    icsd: tuple[int, ...]
    every: tuple[int, ...]
    tried: tuple[int, ...]
    occurrences: tuple[int, ...]


@cache
def listed(symbol: str) -> Listed:
    """The states of an element that pymatgen lists."""
    if Composition.oxi_prob is None:
        Composition("LiF").oxi_state_guesses()  # reads the list
    counts = Composition.oxi_prob or {}
    element = Element(symbol)
    tried = tuple(element.icsd_oxidation_states or element.common_oxidation_states)
    return Listed(
        common=tuple(element.common_oxidation_states),
        icsd=tuple(element.icsd_oxidation_states),
        every=tuple(element.oxidation_states),
        tried=tried,
        occurrences=tuple(counts.get(Species(symbol, state), 0) for state in tried),
    )


class _LimitError(Exception):
    """The time of a formula is over."""


class _Clock:
    def __init__(self, limit_s: float) -> None:
        self.end = time.perf_counter() + limit_s

    def check(self) -> None:
        if time.perf_counter() > self.end:
            raise _LimitError


@dataclass
class _Ladder:
    """Best score of 0, 1, 2, ... atoms of an element, by their charge less ``low`` an atom."""

    states: tuple[int, ...]
    weights: tuple[int, ...]
    low: int = field(init=False)
    rows: list[Scores] = field(default_factory=lambda: [np.zeros(1, np.int64)])
    ranks: dict[int, dict[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.low = min(self.states, default=0)

    def scores(self, atoms: int, clock: _Clock) -> Scores:
        """(atoms * (highest - lowest state) + 1,) best score of each charge."""
        while len(self.rows) <= min(atoms, _KEPT):
            self.rows.append(self._one_more(self.rows[-1], clock))
        row = self.rows[min(atoms, _KEPT)]
        for _ in range(atoms - _KEPT):
            row = self._one_more(row, clock)
        return row

    def _one_more(self, row: Scores, clock: _Clock) -> Scores:
        clock.check()
        more = np.full(len(row) + max(self.states) - self.low, _IMPOSSIBLE)
        for state, weight in zip(self.states, self.weights, strict=True):
            place = more[state - self.low :][: len(row)]
            np.maximum(place, row + weight, out=place)
        return more

    def rank(self, atoms: int, clock: _Clock) -> dict[int, int]:
        """Place of each charge in the order in which multisets of states reach them.

        Multisets that start with a state come before those that start with a later one, and what
        follows that state is such an order again, of one atom less and no earlier state.
        """
        if atoms not in self.ranks:
            orders = [[0] for _ in self.states]  # of the states from each one on
            for _ in range(atoms):
                later: list[int] = []
                for start in reversed(range(len(self.states))):
                    clock.check()
                    first = [self.states[start] + charge for charge in orders[start]]
                    orders[start] = later = list(dict.fromkeys(first + later))
            self.ranks[atoms] = {charge: place for place, charge in enumerate(orders[0])}
        return self.ranks[atoms]


@cache
def _ladder(symbol: str) -> _Ladder:
    found = listed(symbol)
    return _Ladder(found.tried, found.occurrences)


class _Charges(NamedTuple):
    """Best score of each charge ``low``, ``low + 1``, ... of one element or of several."""

    low: int
    scores: Scores

    @property
    def high(self) -> int:
        return self.low + len(self.scores) - 1

    def joined(self, other: _Charges, clock: _Clock) -> _Charges:
        """Best score of each charge of both together."""
        short, long = self.scores, other.scores
        if len(short) > len(long):
            short, long = long, short
        if len(short) == 1:
            return _Charges(self.low + other.low, long + short)
        scores = np.full(len(short) + len(long) - 1, _IMPOSSIBLE)
        for shift in (short >= 0).nonzero()[0].tolist():
            clock.check()
            place = scores[shift : shift + len(long)]
            np.maximum(place, long + short[shift], out=place)
        return _Charges(self.low + other.low, scores)

    def best(self, rest: _Charges, total: int) -> list[int]:
        """Charges of this part with which both make ``total`` at the best score; none: []."""
        first, last = max(self.low, total - rest.high), min(self.high, total - rest.low)
        if first > last:
            return []
        mine = self.scores[first - self.low : last - self.low + 1]
        others = rest.scores[total - last - rest.low : total - first - rest.low + 1][::-1]
        scores = mine + others
        top = scores.max()
        if top < 0:
            return []
        return [first + place for place in (scores == top).nonzero()[0].tolist()]


def guess(amounts: Mapping[str, float], limit_s: float = math.inf) -> Guess:
    """Mean oxidation states of a composition, as pymatgen ranks them first.

    Parameters
    ----------
    amounts
        Atoms by symbol, above zero, in the order of the formula: it decides ties. Not reduced, since
        Fe4O6 has more assignments than Fe2O3.
    limit_s
        Seconds after which the search is given up.

    Raises
    ------
    ValueError
        No element, an unknown one, or an amount that is not above zero.
    """
    if not amounts or not all(amount > 0 for amount in amounts.values()):
        message = f"{dict(amounts)}: expected at least one element, and amounts above zero"
        raise ValueError(message)
    if len(amounts) == 1:
        return Guess({Element(symbol).symbol: 0.0 for symbol in amounts})
    if not all(float(amount).is_integer() for amount in amounts.values()):
        return Guess({}, NON_INTEGER)
    ladders = [_ladder(symbol) for symbol in amounts]
    if not all(ladder.states for ladder in ladders):
        return Guess({}, NO_STATES)
    try:
        charges = _first(ladders, [int(amount) for amount in amounts.values()], _Clock(limit_s))
    except _LimitError:
        return Guess({}, TIME_LIMIT)
    if not charges:
        return Guess({}, UNBALANCED)
    pairs = zip(amounts.items(), charges, strict=True)
    return Guess({symbol: charge / amount for (symbol, amount), charge in pairs})


def _first(ladders: list[_Ladder], atoms: list[int], clock: _Clock) -> list[int]:
    """Charge of each element in the first of the best balanced assignments; none: []."""
    each = [
        _Charges(count * ladder.low, ladder.scores(count, clock))
        for ladder, count in zip(ladders, atoms, strict=True)
    ]
    rests = each[-1:]  # the last element, the last two, ...
    for charges in reversed(each[1:-1]):
        rests.append(charges.joined(rests[-1], clock))
    found: list[int] = []
    for mine, ladder, count in zip(each, ladders, atoms, strict=False):
        if not rests:
            break
        best = mine.best(rests.pop(), -sum(found))
        if not best:
            return []
        if len(best) > 1:
            best.sort(key=ladder.rank(count, clock).__getitem__)
        found.append(best[0])
    return [*found, -sum(found)]
