"""Oxidation states of a formula: the charge-balanced assignment that pymatgen ranks first.

`pymatgen.core.Composition.oxi_state_guesses` gives each atom one of the candidate states of its element
(`KnownStates`). It ranks balanced assignments by how often the ICSD bond-valence list has
each ion, summed over atoms. For this it writes out every multiset of states of an element and every
product of the charges of the elements.

Here dynamic programming finds the same answer. The best score of n atoms with charge s follows from that
of n - 1 atoms; then the best score of the elements i, i + 1, ... with charge s is found from the last
element to the first. Scores are sums of whole numbers, so that equal scores compare equal.

Of several assignments with the same score, pymatgen keeps the one that it meets first. The charge of the
first element varies slowest. The charges of an element come in the order in which its multisets of
states first reach them, in the order of its list of states.
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

# Below zero with any score added, and within 64 bits if added a thousand times.
_IMPOSSIBLE = -(2**52)
_CACHED_ATOMS = 256  # atoms of an element up to which its scores stay in memory


@dataclass(frozen=True)
class KnownStates:
    """Oxidation states of an element, in pymatgen's order, which decides ties of a guess."""

    common: tuple[int, ...]
    icsd: tuple[int, ...]  # seen in the Inorganic Crystal Structure Database (ICSD)
    all: tuple[int, ...]
    # Those that a guess may give an atom: of the ICSD, else the common ones.
    candidates: tuple[int, ...]
    occurrences: tuple[int, ...]  # ions of each candidate in the ICSD bond-valence list


@cache
def known_states(symbol: str) -> KnownStates:
    """Look up the states of an element."""
    if Composition.oxi_prob is None:
        Composition("LiF").oxi_state_guesses()  # pymatgen reads the list when it is first needed
    counts = Composition.oxi_prob or {}
    element = Element(symbol)
    common, icsd = tuple(element.common_oxidation_states), tuple(element.icsd_oxidation_states)
    candidates = icsd or common
    occurrences = tuple(counts.get(Species(symbol, state), 0) for state in candidates)
    return KnownStates(common, icsd, tuple(element.oxidation_states), candidates, occurrences)


@dataclass(frozen=True)
class Guess:
    """Mean oxidation states by symbol (0 in a pure element), or a key of ``REASONS`` why there are none."""

    states: dict[str, float]
    reason: str = ""


def _check(end: float) -> None:
    if time.perf_counter() > end:
        raise TimeoutError


@dataclass
class _Ladder:
    """Best scores of 0, 1, 2, ... atoms of one element, by their charge minus the lowest possible one."""

    states: tuple[int, ...]
    weights: tuple[int, ...]
    rows: list[Scores] = field(default_factory=lambda: [np.zeros(1, np.int64)])
    ranks: dict[int, dict[int, int]] = field(default_factory=dict)

    def scores(self, atoms: int, end: float) -> Scores:
        """Return the best score of each charge, (atoms * (highest - lowest state) + 1,)."""
        while len(self.rows) <= min(atoms, _CACHED_ATOMS):
            self.rows.append(self._add_atom(self.rows[-1], end))
        row = self.rows[min(atoms, _CACHED_ATOMS)]
        for _ in range(atoms - _CACHED_ATOMS):
            row = self._add_atom(row, end)
        return row

    def _add_atom(self, row: Scores, end: float) -> Scores:
        _check(end)
        low = min(self.states)
        more = np.full(len(row) + max(self.states) - low, _IMPOSSIBLE)
        for state, weight in zip(self.states, self.weights, strict=True):
            place = more[state - low :][: len(row)]
            np.maximum(place, row + weight, out=place)
        return more

    def rank(self, atoms: int, end: float) -> dict[int, int]:
        """Return the place of each charge in the order in which multisets of states reach them.

        Multisets that start with a state come before those that start with a later one. What follows
        that state is such an order again, with one atom less and without earlier states.
        """
        if atoms not in self.ranks:
            orders = [[0] for _ in self.states]  # of the states from each one on
            for _ in range(atoms):
                later: list[int] = []
                for start in reversed(range(len(self.states))):
                    _check(end)
                    first = [self.states[start] + charge for charge in orders[start]]
                    orders[start] = later = list(dict.fromkeys(first + later))
            self.ranks[atoms] = {charge: place for place, charge in enumerate(orders[0])}
        return self.ranks[atoms]


@cache
def _ladder(symbol: str) -> _Ladder:
    known = known_states(symbol)
    return _Ladder(known.candidates, known.occurrences)


class _Charges(NamedTuple):
    """Best scores of the charges ``low``, ``low + 1``, ... of one or several elements."""

    low: int
    scores: Scores

    @property
    def high(self) -> int:
        return self.low + len(self.scores) - 1

    def join(self, other: _Charges, end: float) -> _Charges:
        """Compute the best score of each charge of both together."""
        short, long = sorted((self.scores, other.scores), key=len)
        scores = np.full(len(short) + len(long) - 1, _IMPOSSIBLE)
        for shift in (short >= 0).nonzero()[0].tolist():
            _check(end)
            place = scores[shift : shift + len(long)]
            np.maximum(place, long + short[shift], out=place)
        return _Charges(self.low + other.low, scores)

    def best(self, rest: _Charges, total: int) -> list[int]:
        """List the charges of this part that reach ``total`` with the rest at the best score."""
        first, last = max(self.low, total - rest.high), min(self.high, total - rest.low)
        if first > last:
            return []
        remainder = rest.scores[total - last - rest.low : total - first - rest.low + 1][::-1]
        scores = self.scores[first - self.low : last - self.low + 1] + remainder
        top = scores.max()
        if top < 0:
            return []
        return [first + place for place in (scores == top).nonzero()[0].tolist()]


def guess(amounts: Mapping[str, float], limit_s: float = math.inf) -> Guess:
    """Guess the mean oxidation states of a composition, which is given up after ``limit_s`` seconds.

    The amounts are atoms by symbol, in the order of the formula, which decides ties. They are not reduced,
    because Fe4O6 has more assignments than Fe2O3.

    Raises:
        ValueError: If there is no element, an unknown one, or an amount that is not above zero.
    """
    if not amounts or not all(amount > 0 for amount in amounts.values()):
        raise ValueError(f"{dict(amounts)}: expected at least one element, and amounts above zero")
    if len(amounts) == 1:
        return Guess({Element(symbol).symbol: 0.0 for symbol in amounts})
    if not all(float(amount).is_integer() for amount in amounts.values()):
        return Guess({}, NON_INTEGER)
    ladders = [_ladder(symbol) for symbol in amounts]
    if not all(ladder.states for ladder in ladders):
        return Guess({}, NO_STATES)
    atoms = [int(amount) for amount in amounts.values()]
    try:
        charges = _first(ladders, atoms, time.perf_counter() + limit_s)
    except TimeoutError:
        return Guess({}, TIME_LIMIT)
    if not charges:
        return Guess({}, UNBALANCED)
    return Guess({s: charge / n for (s, n), charge in zip(amounts.items(), charges, strict=True)})


def _first(ladders: list[_Ladder], atoms: list[int], end: float) -> list[int]:
    """Return the charge of each element in the first of the best balanced assignments, or []."""
    elements = [
        _Charges(count * min(ladder.states), ladder.scores(count, end))
        for ladder, count in zip(ladders, atoms, strict=True)
    ]
    rests = elements[-1:]  # the last element, the last two, ...
    for charges in reversed(elements[1:-1]):
        rests.append(charges.join(rests[-1], end))
    assignment: list[int] = []
    for element, ladder, count in zip(elements, ladders, atoms, strict=False):
        if not rests:
            break
        best = element.best(rests.pop(), -sum(assignment))
        if not best:
            return []
        if len(best) > 1:
            best.sort(key=ladder.rank(count, end).__getitem__)
        assignment.append(best[0])
    return [*assignment, -sum(assignment)]
