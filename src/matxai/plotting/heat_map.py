"""Labelled matrices as colours, with grey cells where there is no value, marks and written numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from matxai.plotting.style import ABSENT, DIVERGING, stagger, text_colour, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.colors import Normalize
    from matplotlib.image import AxesImage
    from numpy.typing import NDArray

# Inches: a cell at most, the longer side of the matrix at least and at most, and the room around it.
_CELL, _SIDE = 0.35, (3.5, 10.3)
_LEFT, _BELOW, _RIGHT, _LINE = 0.75, 0.75, 1.25, 0.19
_FONT = (6.0, 10.0)  # points of a tick label
_CROWDED = 55  # names along an axis above which they stand in two rows


def heat_map_axes(
    rows: Sequence[str], columns: Sequence[str], title: str = "", note: str = ""
) -> tuple[Figure, Axes]:
    """Make a figure with one square cell for each row and column, and room on the right for colours.

    All margins are fixed: laying out hundreds of tick labels automatically takes as long as drawing them.

    Args:
        rows: Names from the top.
        columns: Names from the left.
        title: What stands above, wrapped to the width.
        note: What stands below the title in smaller print.
    """
    most = max(len(rows), len(columns))
    cell = float(np.clip(_CELL * most, *_SIDE)) / most
    wide, high = cell * len(columns), cell * len(rows)
    width = _LEFT + wide + _RIGHT
    above = wrapped(title, int(9.5 * width)), wrapped(note, int(11.5 * width))
    lines = [text.count("\n") + 1 if text else 0 for text in above]
    height = _BELOW + high + _LINE * sum(lines) + 0.25
    figure = Figure(figsize=(width, height))
    figure.set_layout_engine("none")
    axes = figure.add_axes((_LEFT / width, _BELOW / height, wide / width, high / height))
    left, top = 0.12 / width, 1 - 0.08 / height
    figure.text(left, top, above[0], va="top", size=11)
    figure.text(left, top - _LINE * lines[0] / height, above[1], va="top", size=9)
    for axis, names in ((axes.xaxis, columns), (axes.yaxis, rows)):
        axis.set_ticks(range(len(names)), list(names))
        font = float(np.clip(72 * cell * 0.85, *_FONT))
        stagger(axis, font, 1.6 * font if len(names) > _CROWDED else 0)
    return figure, axes


def draw_heat_map(
    axes: Axes,
    values: NDArray[np.floating],
    norm: Normalize,
    colours: str = DIVERGING,
    *,
    absent: NDArray[np.bool_] | None = None,
    marked: NDArray[np.bool_] | None = None,
    digits: int | None = None,
    size: float = 9,
) -> AxesImage:
    """Draw a matrix; its first row stands on top.

    Args:
        axes: Where it is drawn, one unit per cell.
        values: (rows, columns); a cell without a finite value has no colour.
        norm: The colour scale.
        colours: Name of a colour map.
        absent: (rows, columns), the cells that are grey: by default all without a finite value.
        marked: (rows, columns), the cells that have a dot, such as those that are not significant.
        digits: Decimals of the values written into the cells; by default none is written.
        size: Points of the written values.

    Returns:
        The image of the values, for a colour bar.
    """
    known = np.isfinite(values)
    image = axes.imshow(np.ma.array(values, mask=~known), cmap=colours, norm=norm, label="values")
    grey = ~known if absent is None else absent
    if grey.any():
        cells = np.ma.array(np.zeros(values.shape), mask=~grey)
        axes.imshow(cells, cmap=ListedColormap([ABSENT]), label="absent")
    if marked is not None:
        row, column = np.nonzero(marked)
        inches = axes.get_position().height * axes.figure.get_figheight()  # type: ignore[union-attr]
        dot = float(np.clip(72 * inches / len(values) / 5, 1, 5))
        axes.plot(column, row, "o", color="black", markersize=dot, markeredgewidth=0, gid="marked")
    if digits is not None:
        scale = colormaps[colours]
        for y, x in np.argwhere(known).tolist():
            value = float(values[y, x])
            axes.text(
                x, y, f"{value:.{digits}f}", ha="center", va="center", size=size,
                color=text_colour(scale(norm(value))),
            )  # fmt: skip
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return image
