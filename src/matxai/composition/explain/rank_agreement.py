"""Agreement of two orders of the elements within a compound."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Smaller differences, relative to the largest value of a compound, are rounding of float32: ties.
ROUNDING = 1e-5


def kendall(first: Array, second: Array) -> Array:
    """Compute Kendall's tau-b (1945, Biometrika 33:239) of values (..., n) with those of a reference.

    Tau (...,) is NaN where a value is NaN or all values of the reference are equal, which orders nothing.
    It is 0 where all values of ``first`` alone are equal: the mean over random orders.
    """
    a, b = _signs(first), _signs(second)
    scale = np.sqrt((a**2).sum(-1) * (b**2).sum(-1))
    with np.errstate(invalid="ignore"):
        tau = np.where(scale == 0, 0.0, (a * b).sum(-1) / scale)
    missing = np.isnan(first).any(-1) | np.isnan(second).any(-1)
    return np.where((b == 0).all(-1) | missing, np.nan, tau)


def top_match(first: Array, second: Array) -> tuple[Array, Array]:
    """Tell whether both have the same largest value, and the chance of it: (...,) each.

    Equal largest values count by their share. The result is NaN where that of `kendall` is.
    """
    a, b = (
        values >= values.max(-1, keepdims=True) - _rounding(values) for values in (first, second)
    )
    undefined = np.isnan(kendall(first, second))
    hit = (a & b).sum(-1) / np.maximum(a.sum(-1), 1)
    return np.where(undefined, np.nan, hit), np.where(undefined, np.nan, b.mean(-1))


def _signs(values: Array) -> Array:
    """Compare the values (..., n) of each two elements: (..., pairs), 0 for a tie."""
    first, second = np.triu_indices(values.shape[-1], 1)
    difference = values[..., first] - values[..., second]
    return np.where(np.abs(difference) <= _rounding(values), 0.0, np.sign(difference))


def _rounding(values: Array) -> Array:
    return ROUNDING * np.abs(values).max(-1, keepdims=True)
