"""What the axes call a target."""

from __future__ import annotations

from collections.abc import Mapping

from matxai.plotting.quantities import Quantity


def target_quantity(target: Mapping[str, str]) -> Quantity:
    """Label and unit of a target from its settings (label, unit, transform).

    A logarithm is named as one, and its errors are in decades.
    """
    label, unit = target["label"], target["unit"]
    if target["transform"] == "none":
        return Quantity(label, unit=unit)
    magnitude = "|" if target["transform"] == "log10_abs" else ""
    of = f"{magnitude}{label}{magnitude}"
    return Quantity(f"log₁₀ of {of}" + (f" in {unit}" if unit else ""), unit="decades")
