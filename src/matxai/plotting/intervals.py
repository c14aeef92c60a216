"""Marks, bars and curves with intervals, rows of names, and numbers beside them.

Intervals are drawn from their own ends, not as distances from the value: they need not be symmetric, and
rounding may leave a value outside its interval.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from matxai.plotting.style import GUIDE, wrapped

Ends = tuple[ArrayLike, ArrayLike]
_BAND = "#F2F2F2"


def draw_marks(
    axes: Axes, places: ArrayLike, values: ArrayLike, ends: Ends, look: str = "o", *,
    vertical: bool = False, width: float = 1.2, **style: Any,
) -> Line2D:  # fmt: skip
    """Draw one mark with its interval per row, or per column where ``vertical``.

    ``places`` (n,) are rows, or columns. The ``ends`` of intervals, (n,) lower and (n,) upper, are not
    drawn where they are NaN; their lines are ``width`` points wide and have the colour of the marks.
    ``look``: marker, and line between the marks if there is one, as matplotlib writes them.
    """
    lines = axes.vlines if vertical else axes.hlines
    lines(places, *ends, color=style.get("color"), linewidth=width, zorder=style.get("zorder", 2))
    x, y = (places, values) if vertical else (values, places)
    return axes.plot(x, y, look, **{"markersize": 4, **style})[0]


def draw_bars(
    axes: Axes, names: Sequence[str], values: ArrayLike, ends: Ends, *,
    height: float = 0.66, shift: float = 0.0, **style: Any,
) -> BarContainer:  # fmt: skip
    """Draw one horizontal bar with its interval per name, the first at the bottom.

    ``values``, and lower and upper ``ends`` of their intervals: (names,). A bar is ``height`` rows high and
    stands ``shift`` above the middle of its row, so that several groups share the rows.
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


def draw_curve(axes: Axes, x: ArrayLike, y: ArrayLike, ends: Ends | None, **style: Any) -> Line2D:
    """Draw a curve and, as a band of its colour, the intervals between ``ends`` if there are any."""
    (line,) = axes.plot(x, y, **style)
    if ends is not None:
        axes.fill_between(x, *ends, color=line.get_color(), alpha=0.2, linewidth=0)
    return line


def name_rows(axes: Axes, names: Sequence[str], sizes: Sequence[int] | None = None) -> None:
    """Give each name a row, the first on top; every second of the bands of ``sizes`` rows is shaded."""
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
    look: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "size": size}
    for row, text in enumerate(texts):
        axes.text(1.02, row + shift, text, va="center", gid=f"numbers-{row}", **look)
    if heading:
        axes.text(1.02, len(texts) - 0.4, heading, weight="bold", **look)


def legend_mark(label: str, marker: str = "o", line: Any = "none", **style: Any) -> Line2D:
    """Make the entry of a mark, and of the line through it if there is one, for a legend."""
    return Line2D([], [], marker=marker, linestyle=line, label=label, **{"markersize": 4, **style})
