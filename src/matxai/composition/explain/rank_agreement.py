"""Agreement of two orders of the elements within a compound."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Differences within this share of a compound's largest value are rounding of float32, and ties.
ROUNDING = 1e-5


def kendall(first: Array, second: Array) -> Array:
    """Kendall's tau-b (1945, Biometrika 33:239) of each row: (rows, n), (rows, n) -> (rows,).

    With two elements it is 1 or -1. NaN where ``second`` holds a value that is no number or has all
    elements equal: it orders nothing. Where ``first`` alone has all equal it is 0, the mean of what its
    ties broken at random would give. The ties of ``first`` do not count against it.
    """
    a, b = _signs(first), _signs(second)
    both = np.sqrt((a**2).sum(1) * (b**2).sum(1))
    with np.errstate(invalid="ignore"):
        tau = np.where(both == 0, 0.0, (a * b).sum(1) / both)
    return np.where((b == 0).all(1) | np.isnan(first).any(1) | np.isnan(second).any(1), np.nan, tau)


def top(first: Array, second: Array) -> tuple[Array, Array]:
    """Whether the largest of ``first`` is that of ``second``, and the chance of it: two (rows,).

    Equal largest values count by their share; NaN as in `kendall`.
    """
    a, b = _largest(first), _largest(second)
    nothing = np.isnan(kendall(first, second))
    hit = (a & b).sum(1) / np.maximum(a.sum(1), 1)
    return np.where(nothing, np.nan, hit), np.where(nothing, np.nan, b.mean(1))


def _signs(values: Array) -> Array:
    """(rows, n) -> (rows, pairs): which of two elements has the larger value, 0 for a tie."""
    one, other = np.triu_indices(values.shape[1], 1)
    difference = values[:, one] - values[:, other]
    return np.where(np.abs(difference) <= _rounding(values), 0.0, np.sign(difference))


def _largest(values: Array) -> NDArray[np.bool_]:
    return values >= values.max(1, keepdims=True) - _rounding(values)


def _rounding(values: Array) -> Array:
    return ROUNDING * np.abs(values).max(1, keepdims=True)
