"""Differences in electronegativity within a compound, on Pauling's scale (a pure number).

A bond is about half ionic where the electronegativities differ by 1.7 (Pauling, The Nature of the
Chemical Bond, 3rd ed., 1960).
"""

import warnings
from collections.abc import Mapping
from functools import cache

import numpy as np
from pymatgen.core import Element

IONIC_DIFFERENCE = 1.7
IONIC, NOT_IONIC, UNKNOWN = "ionic", "not ionic", "unknown"


@cache
def electronegativity(symbol: str) -> float:
    """Return the electronegativity as pymatgen lists it, NaN where there is none (He, Ne, Ar)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # pymatgen warns where it gives NaN
        return float(Element(symbol).X)


def deviation(amounts: Mapping[str, float]) -> float:
    """Compute the standard deviation over the elements of {symbol: amount}, weighted by molar fraction."""
    values = np.array([electronegativity(symbol) for symbol in amounts])
    weights = np.array(list(amounts.values()))
    mean = np.average(values, weights=weights)
    return float(np.sqrt(np.average((values - mean) ** 2, weights=weights)))


def largest_difference(amounts: Mapping[str, float]) -> float:
    """Compute the largest difference between two elements of {symbol: amount}; 0 for a pure element."""
    return float(np.ptp([electronegativity(symbol) for symbol in amounts]))


def bond_character(difference: float) -> str:
    """Tell whether the `largest_difference` is 1.7 or more (ionic) or not; NaN is unknown."""
    if np.isnan(difference):
        return UNKNOWN
    # Tabulated to two decimals: 2.55 - 0.85 is 1.7 but for the last bit.
    return IONIC if round(difference, 4) >= IONIC_DIFFERENCE else NOT_IONIC
