"""Marks, bars and curves with intervals, rows of names, and numbers beside them.

Intervals are drawn from their own ends, not as distances from the value: they need not be symmetric, and
rounding may leave a value outside its interval.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D

from matxai.plotting.style import GUIDE, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.container import BarContainer
    from numpy.typing import ArrayLike

_BAND = "#F2F2F2"


def draw_marks(
    axes: Axes,
    places: ArrayLike,
    values: ArrayLike,
    ends: tuple[ArrayLike, ArrayLike],
    look: str = "o",
    *,
    vertical: bool = False,
    width: float = 1.2,
    **style: Any,
) -> Line2D:
    """Draw one mark with its interval per row, or per column where ``vertical``.

    Args:
        axes: Where they are drawn.
        places: (n,) rows of the marks.
        values: (n,) what they show.
        ends: (n,) lower and (n,) upper ends of the intervals; those that are NaN are not drawn.
        look: Marker, and line between the marks if there is one, as matplotlib writes them.
        vertical: Whether values go upwards and ``places`` to the right.
        width: Points of an interval's line.
        **style: Look of the marks; their colour is that of the intervals too.
    """
    lines = axes.vlines if vertical else axes.hlines
    lines(places, *ends, color=style.get("color"), linewidth=width, zorder=style.get("zorder", 2))
    x, y = (places, values) if vertical else (values, places)
    return axes.plot(x, y, look, **{"markersize": 4, **style})[0]


def draw_bars(
    axes: Axes,
    names: Sequence[str],
    values: ArrayLike,
    ends: tuple[ArrayLike, ArrayLike],
    *,
    height: float = 0.66,
    shift: float = 0.0,
    **style: Any,
) -> BarContainer:
    """Draw one horizontal bar with its interval per name, the first at the bottom.

    Args:
        axes: Where they are drawn.
        names: What stands beside the bars.
        values: (names,) lengths of the bars.
        ends: (names,) lower and (names,) upper ends of the intervals.
        height: Of a bar, in rows.
        shift: How far the bars stand above the middles of their rows: several groups share the rows.
        **style: Look of the bars.
    """
    y = np.arange(len(names)) + shift
    bars = axes.barh(y, values, height, edgecolor="white", linewidth=0, **style)
    axes.hlines(y, *ends, color="black", linewidth=1.2)
    axes.axvline(0, color=GUIDE, linewidth=0.8)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", linewidth=0.3)
    axes.set_axisbelow(True)
    return bars


def draw_curve(
    axes: Axes, x: ArrayLike, y: ArrayLike, ends: tuple[ArrayLike, ArrayLike] | None, **style: Any
) -> Line2D:
    """Draw a curve and, as a band of its colour, the intervals between ``ends`` if there are any."""
    (line,) = axes.plot(x, y, **style)
    if ends is not None:
        axes.fill_between(x, *ends, color=line.get_color(), alpha=0.2, linewidth=0)
    return line


def name_rows(axes: Axes, names: Sequence[str], sizes: Sequence[int] | None = None) -> None:
    """Give each name a row, the first one on top; every second band is shaded.

    Args:
        axes: Whose rows they are.
        names: One per row.
        sizes: Rows of each band; by default nothing is shaded.
    """
    axes.set_yticks(range(len(names)), [wrapped(str(name), 26) for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    ends = np.cumsum([0, *(sizes or [])]) - 0.5
    for low, high in zip(ends[:-1:2], ends[1::2], strict=True):
        axes.axhspan(low, high, color=_BAND, linewidth=0, zorder=0)


def write_beside(
    axes: Axes, texts: Sequence[str], heading: str = "", *, shift: float = 0.0, size: float = 9
) -> None:
    """Write one text per row to the right of the axes, where it hides no data."""
    place = axes.get_yaxis_transform()
    for row, text in enumerate(texts):
        label = axes.text(1.02, row + shift, text, transform=place, size=size, va="center")
        label.set_gid(f"numbers-{row}")
    if heading:
        axes.text(1.02, len(texts) - 0.4, heading, transform=place, size=size, weight="bold")


def legend_mark(label: str, marker: str = "o", line: Any = "none", **style: Any) -> Line2D:
    """Make the entry of a mark, and of the line through it if there is one, for a legend."""
    return Line2D([], [], marker=marker, linestyle=line, label=label, **{"markersize": 4, **style})
