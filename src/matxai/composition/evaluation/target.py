"""What the axes call a target, its predictions and its errors."""

from matxai.composition.settings.tasks import Target
from matxai.quantities import Quantity


def is_class(target: Target) -> bool:
    """Whether a target is a class, whose prediction is a probability."""
    return target["task"] == "classification"


def target_quantity(target: Target) -> Quantity:
    """Label and unit of a target from its settings (label, unit, transform, task).

    A logarithm is named as one, and its errors are in decades; of a class it is the probability.
    """
    label, unit = target["label"], target["unit"]
    if is_class(target):
        return Quantity(f"probability of {label}")
    if target["transform"] == "none":
        return Quantity(label, unit=unit)
    magnitude = f"|{label}|" if target["transform"] == "log10_abs" else label
    return Quantity(f"log₁₀ of {magnitude}" + (f" in {unit}" if unit else ""), unit="decades")


def scored_quantity(target: Target) -> Quantity:
    """What the main metric is a metric of, and the unit of that metric."""
    return Quantity(target["label"]) if is_class(target) else target_quantity(target)


def error_quantity(target: Target) -> Quantity:
    """What validation errors are errors of, and their unit."""
    quantity = target_quantity(target)
    return Quantity(quantity.label, unit="nats") if is_class(target) else quantity


def contribution_quantity(target: Target) -> Quantity:
    """What the contributions of elements add up to: the target, or the log-odds of a class."""
    log_odds = Quantity(f"log-odds of {target['label']}")
    return log_odds if is_class(target) else target_quantity(target)
