"""Every column that a law names has a label and the unit of its data."""

from __future__ import annotations

import pytest

from matxai.constitutive.laws import LAWS
from matxai.constitutive.quantities import Units, feature_quantity

UNITS = Units("MPa", "s")


@pytest.mark.parametrize("law", LAWS)
def test_every_column_of_a_law_has_a_label(law: str) -> None:
    columns = {*LAWS[law].features, *LAWS[law].internal, "stress", "time", "tangent", "increment"}
    labels = {name: feature_quantity(name, UNITS).label for name in columns}
    assert len(set(labels.values())) == len(columns)


@pytest.mark.parametrize(
    ("name", "axis"),
    [
        ("strain", "Strain"),
        ("prev_strain", "Previous strain"),
        ("prev_stress", "Previous stress (MPa)"),
        ("prev_e_plastic", "Previous plastic strain"),
        ("viscous_stress", "Viscous stress (MPa)"),
        ("E", "Young's modulus (MPa)"),
        ("eta_1", "Maxwell viscosity (MPa·s)"),
        ("dt", "Time increment (s)"),
        ("alpha", "Ogden exponent"),
        ("tangent", "Tangent modulus (MPa)"),
    ],
)
def test_labels_and_units(name: str, axis: str) -> None:
    assert feature_quantity(name, UNITS).axis() == axis


def test_data_without_units_have_none() -> None:
    bare = Units("", "")
    assert feature_quantity("eta_1", bare).axis() == "Maxwell viscosity"
    assert feature_quantity("eta_1", Units("GPa", "")).unit == "GPa"


def test_unknown_name() -> None:
    with pytest.raises(KeyError, match="no quantity 'stran'"):
        feature_quantity("prev_stran", UNITS)
