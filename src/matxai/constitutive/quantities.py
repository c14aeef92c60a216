"""Names and units of the columns of a stress-strain table (``quantities.yml``)."""

from dataclasses import dataclass
from pathlib import Path

from matxai.quantities import Quantities, Quantity

DATA_FILES = ("quantities.yml",)  # read by the staleness tracking
QUANTITIES = Quantities(Path(__file__).with_name(DATA_FILES[0]))
_PREVIOUS = "prev_"


@dataclass(frozen=True)
class Units:
    """Units of a case's data: of stresses and moduli, such as ``MPa``, and of times, such as ``s``."""

    stress: str
    time: str


def feature_quantity(name: str, units: Units) -> Quantity:
    """Name a column (``strain``, ``prev_strain``, ``eta_1``, ...) and give its unit.

    Strain, load parameter and exponents are pure numbers.

    Raises:
        KeyError: The column has no name.
    """
    listed = QUANTITIES.quantity(name.removeprefix(_PREVIOUS))
    viscosity = f"{units.stress}·{units.time}".strip("·")
    known = {"": "", "stress": units.stress, "time": units.time, "stress·time": viscosity}
    label, previous = listed.label, name.startswith(_PREVIOUS)
    label = f"Previous {label[0].lower()}{label[1:]}" if previous else label
    return Quantity(label, known[listed.unit])
