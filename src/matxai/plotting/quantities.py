"""The label and unit of each quantity, kept in one place (``quantities.yml``).

Targets are not listed there: each data set brings its own label and unit from the configuration,
as ``Quantity("Bulk modulus", unit="GPa")``.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

DATA_FILES = ("quantities.yml",)  # read by the staleness tracking

_OF_TARGET = "target"


@dataclass(frozen=True)
class Quantity:
    """What a figure calls a quantity; ``unit`` is empty for a pure number."""

    label: str
    unit: str = ""

    def axis(self, kind: str = "") -> str:
        """Write an axis label: ``Bulk modulus, predicted (GPa)`` for ``kind="predicted"``."""
        label = f"{self.label}, {kind}" if kind else self.label
        return f"{label} ({self.unit})" if self.unit else label

    def value(self, number: float, digits: int = 3) -> str:
        """Write a value in significant digits with its unit: ``8.69 GPa``."""
        return f"{number:.{digits}g} {self.unit}".rstrip()


@cache
def quantities() -> dict[str, Quantity]:
    """Read every quantity of ``quantities.yml`` by its key."""
    text = Path(__file__).with_name(DATA_FILES[0]).read_text(encoding="utf-8")
    return {key: Quantity(**entry) for key, entry in yaml.safe_load(text).items()}


def quantity(key: str, unit: str | None = None) -> Quantity:
    """Look up a quantity; ``unit`` replaces the listed one (``""`` for a pure number).

    Raises KeyError for a key that is not listed, with the nearest one that is, and ValueError
    where the unit is the target's and was not given.
    """
    known = quantities()
    if key not in known:
        nearest = difflib.get_close_matches(key, known, n=1)
        hint = f"; the nearest is '{nearest[0]}'" if nearest else ""
        message = f"no quantity '{key}' in {DATA_FILES[0]}{hint}; add it there to name it"
        raise KeyError(message)
    found = known[key]
    if unit is None:
        if found.unit == _OF_TARGET:
            message = f"'{key}' has the unit of the target: pass unit=..., '' if it has none"
            raise ValueError(message)
        return found
    return Quantity(found.label, unit)


def axis_label(key: str, unit: str | None = None) -> str:
    """Write the axis label of a listed quantity: ``Mean absolute error (GPa)``."""
    return quantity(key, unit).axis()
