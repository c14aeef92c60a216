"""Quantities by label and unit, and how their numbers are written.

Targets bring their label and unit from the configuration, as ``Quantity("Bulk modulus", unit="GPa")``.
All others stand in a file ``quantities.yml`` of those who name them: see `Quantities`.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

_OF_TARGET = "target"


@dataclass(frozen=True)
class Quantity:
    """What figures and tables call a quantity, such as ``Bulk modulus``; a pure number has no unit."""

    label: str
    unit: str = ""

    def axis(self, kind: str = "") -> str:
        """Write an axis label: ``Bulk modulus, predicted (GPa)`` for ``kind="predicted"``."""
        label = f"{self.label}, {kind}" if kind else self.label
        return f"{label} ({self.unit})" if self.unit else label

    def value(self, value: float) -> str:
        """Write a value with its unit: ``8.69 GPa``."""
        return f"{number(value)} {self.unit}".rstrip()


class Quantities:
    """The quantities of a YAML file by their keys, which adds to those of another file.

    Each entry has a ``label`` and, unless it is a pure number, a ``unit``. The unit ``target`` is that of
    the property that a network predicts; who looks the quantity up passes it on.
    """

    def __init__(self, path: Path, others: Quantities | None = None) -> None:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
        own = {key: Quantity(**entry) for key, entry in entries.items()}
        self.path = path
        self.known: Mapping[str, Quantity] = {**(others.known if others else {}), **own}

    def quantity(self, key: str, unit: str | None = None) -> Quantity:
        """Look up a quantity; ``unit`` replaces the listed one (``""`` for a pure number).

        Raises:
            KeyError: The key is not listed; the message names the nearest one that is.
            ValueError: The unit is that of the target and was not given.
        """
        if key not in self.known:
            nearest = difflib.get_close_matches(key, self.known, n=1)
            hint = f"; the nearest is '{nearest[0]}'" if nearest else ""
            raise KeyError(
                f"no quantity '{key}' in {self.path.name}{hint}; add it there to name it"
            )
        listed = self.known[key]
        if unit is not None:
            return Quantity(listed.label, unit)
        if listed.unit == _OF_TARGET:
            raise ValueError(
                f"'{key}' has the unit of the target: pass unit=..., '' if it has none"
            )
        return listed

    def axis_label(self, key: str, unit: str | None = None) -> str:
        """Write the axis label of a listed quantity: ``Mean absolute error (GPa)``."""
        return self.quantity(key, unit).axis()


def number(value: float, digits: int = 3) -> str:
    """Write significant digits, with a separator of thousands where the number is short: ``203,000``."""
    if not np.isfinite(value):
        return "–"
    text = f"{value:.{digits}g}"
    return f"{float(text):,g}" if value == 0 or 1e-4 <= abs(value) < 1e6 else text


def with_interval(value: float, low: float, high: float) -> str:
    """Write a value with its interval to the same decimal place: ``0.296 (0.271 to 0.331)``.

    Half the interval has one or two significant digits (rule of the Particle Data Group: two up to a
    leading 354), the largest number at most three. An unknown interval is left out.
    """
    largest, half = max(abs(value), abs(low), abs(high)), (high - low) / 2
    if not np.isfinite([value, low, high]).all():
        return number(value)
    decimals = _decimals(largest, 3)
    if half > 0:
        leading = half / 10.0 ** np.floor(np.log10(half))
        decimals = min(decimals, _decimals(half, 2 if leading < 3.55 else 1))
    if decimals < 0 or decimals > 6:
        return f"{number(value)} ({number(low)} to {number(high)})"
    value, low, high = (round(x, decimals) + 0.0 for x in (value, low, high))  # no "-0"
    return f"{value:,.{decimals}f} ({low:,.{decimals}f} to {high:,.{decimals}f})"


def _decimals(value: float, digits: int) -> int:
    """The decimal place of the last of ``digits`` significant digits."""
    return digits - 1 - int(np.floor(np.log10(value))) if value else 0


def with_spread(value: float, deviation: float) -> str:
    """Write a mean and, if it is known, its standard deviation: ``8.5 ± 0.71``."""
    return number(value) + (f" ± {number(deviation, 2)}" if np.isfinite(deviation) else "")
