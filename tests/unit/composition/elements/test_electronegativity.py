"""Electronegativity by hand, Pauling's values: Na 0.93, Cl 3.16, Fe 1.83, O 3.44."""

import math

import pytest

from matxai.composition.elements.electronegativity import (
    bond_character,
    deviation,
    electronegativity,
    largest_difference,
)


def test_by_hand():
    salt, rust = {"Na": 1, "Cl": 1}, {"Fe": 2, "O": 3}
    assert deviation(salt) == pytest.approx(2.23 / 2)
    assert largest_difference(salt) == pytest.approx(2.23)
    # Weights 0.4 and 0.6: sqrt(0.4 x 0.6) of the difference.
    assert deviation(rust) == pytest.approx(1.61 * math.sqrt(0.24))
    assert deviation({"Fe": 20, "O": 30}) == pytest.approx(deviation(rust))
    assert deviation({"Fe": 1}) == largest_difference({"Fe": 1}) == 0


@pytest.mark.parametrize(
    ("amounts", "kind"),
    [({"Na": 1, "Cl": 1}, "ionic"), ({"Fe": 2, "O": 3}, "not ionic"), ({"Si": 1}, "not ionic"),
     ({"He": 1, "Na": 1}, "unknown"), ({"Sr": 1, "O": 1, "Fe": 1}, "ionic")],
)  # fmt: skip
def test_ionic_from_the_most_unlike_pair(amounts, kind):
    assert bond_character(largest_difference(amounts)) == kind


def test_the_limit_itself_is_ionic():
    assert bond_character(2.6 - 0.9) == "ionic"  # 1.7000000000000002
    assert bond_character(3.44 - 1.74) == bond_character(1.7 - 1e-12) == "ionic"
    assert bond_character(1.69) == "not ionic"


def test_no_value_is_no_number(recwarn):
    assert math.isnan(electronegativity("Ar"))
    assert not recwarn.list
