"""An axis with one place per element."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from matxai.plotting.style import FULL_WIDTH, LARGE_WIDTH, stagger

_MANY = 45  # elements from which on their axis is wide
_CLOSE = 30  # elements above which their names stand in two rows


def element_axis(
    elements: Sequence[str], height: float, order: str = "by atomic number"
) -> tuple[Figure, Axes]:
    """Make a figure, ``height`` inches high, with one place per element along its horizontal axis."""
    many = len(elements) > _MANY
    figure = Figure(figsize=(LARGE_WIDTH if many else FULL_WIDTH, height))
    axes = figure.add_subplot()
    axes.set_xticks(range(len(elements)), elements)
    stagger(axes.xaxis, 7.5 if many else 9, 10 if len(elements) > _CLOSE else 0)
    axes.set_xlim(-0.8, max(len(elements), 8) - 0.2)  # one element is a bar, not a wall
    axes.set_xlabel(f"Element, {order}")
    return figure, axes
