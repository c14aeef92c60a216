"""Numbers are written to the digits that their intervals bear."""

from __future__ import annotations

import numpy as np
import pytest

from matxai.quantities import Quantity, number, with_interval, with_spread


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"), (8.6912, "8.69"), (-2e-4, "-0.0002"), (203_400.0, "203,000"), (1234.0, "1,230"),
        (3.8471e-6, "3.85e-06"), (2.5e7, "2.5e+07"), (np.nan, "–"), (np.inf, "–"),
    ],
)  # fmt: skip
def test_numbers_have_three_significant_digits(value: float, written: str) -> None:
    assert number(value) == written
    assert Quantity("x", unit="GPa").value(value) == f"{written} GPa"


@pytest.mark.parametrize(
    ("numbers", "written"),
    [
        ((0.29641, 0.27133, 0.33121), "0.296 (0.271 to 0.331)"),  # half: 0.030, two digits
        ((0.3, 0.26, 0.34), "0.30 (0.26 to 0.34)"),  # half: 0.04, one digit
        ((1.9, 1.89, 1.92), "1.90 (1.89 to 1.92)"),  # no number has a fourth digit
        ((110.4, 99.2, 121.1), "110 (99 to 121)"),
        ((-0.0004, -0.03, 0.03), "0.000 (-0.030 to 0.030)"),
        ((203_000.0, 203_000.0, 406_000.0), "203,000 (203,000 to 406,000)"),
        ((3.8e-6, 3.7e-6, 4e-6), "3.8e-06 (3.7e-06 to 4e-06)"),
        ((0.0, 0.0, 0.0), "0 (0 to 0)"),
        ((1.5, np.nan, np.nan), "1.5"),
        ((np.nan, np.nan, np.nan), "–"),
    ],
)
def test_a_value_and_its_interval_share_their_last_digit(numbers, written: str) -> None:
    assert with_interval(*numbers) == written


def test_a_spread_has_two_digits_or_is_left_out() -> None:
    assert with_spread(8.5, 0.7071) == "8.5 ± 0.71"
    assert with_spread(8.5, np.nan) == "8.5"
