"""Oxidation states of an element as pymatgen lists them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pymatgen.core import Composition, Element, Species


@dataclass(frozen=True)
class KnownStates:
    """Oxidation states of an element, in pymatgen's order, which decides ties of a guess.

    Attributes:
        common: Common states.
        icsd: States seen in the Inorganic Crystal Structure Database (ICSD).
        all: All states.
        candidates: States that a guess may give an atom: those of the ICSD, else the common ones.
        occurrences: Number of ions of each candidate in the ICSD bond-valence list.
    """

    common: tuple[int, ...]
    icsd: tuple[int, ...]
    all: tuple[int, ...]
    candidates: tuple[int, ...]
    occurrences: tuple[int, ...]


@cache
def known_states(symbol: str) -> KnownStates:
    """Look up the states of an element."""
    if Composition.oxi_prob is None:
        Composition("LiF").oxi_state_guesses()  # pymatgen reads the list when it is first needed
    counts = Composition.oxi_prob or {}
    element = Element(symbol)
    candidates = tuple(element.icsd_oxidation_states or element.common_oxidation_states)
    return KnownStates(
        common=tuple(element.common_oxidation_states),
        icsd=tuple(element.icsd_oxidation_states),
        all=tuple(element.oxidation_states),
        candidates=candidates,
        occurrences=tuple(counts.get(Species(symbol, state), 0) for state in candidates),
    )
