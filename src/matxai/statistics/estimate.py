"""The one form of a value with its uncertainty, in code and in tables."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_NORMAL_95 = 1.959964  # 97.5 % quantile of the normal distribution


class Estimate(NamedTuple):
    """A value and the ends of its 95 % interval.

    Numbers, or arrays of one shape; NaN where there is no interval. The fields are the columns of every
    table of estimates; in a table of several quantities, the name of the quantity replaces ``value``.
    """

    value: Any
    ci_low: Any
    ci_high: Any


def normal_estimate(value: npt.ArrayLike, error: npt.ArrayLike) -> Estimate:
    """Give a value of known standard error its normal 95 % interval."""
    half = np.multiply(_NORMAL_95, error)
    return Estimate(value, np.subtract(value, half), np.add(value, half))
