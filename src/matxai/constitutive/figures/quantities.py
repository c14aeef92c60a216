"""What figures call the columns of a stress-strain table, in the units of its data."""

from __future__ import annotations

from dataclasses import dataclass

from matxai.plotting.quantities import Quantity, quantity

_PREVIOUS = "prev_"


@dataclass(frozen=True)
class Units:
    """Units of a case's data, such as ``MPa`` and ``s``; moduli have the unit of stress."""

    stress: str
    time: str


def feature_quantity(name: str, units: Units) -> Quantity:
    """Name a column (``strain``, ``prev_strain``, ``eta_1``, ...) and give its unit.

    Strain, load parameter and exponents are pure numbers. Raises KeyError for an unknown name.
    """
    found = quantity(name.removeprefix(_PREVIOUS))
    kinds = {
        "": "",
        "stress": units.stress,
        "time": units.time,
        "stress·time": f"{units.stress}·{units.time}".strip("·"),
    }
    label = found.label
    if name.startswith(_PREVIOUS):
        label = f"Previous {label[0].lower()}{label[1:]}"
    return Quantity(label, kinds[found.unit])
