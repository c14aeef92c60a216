"""Labelled matrices as colours, with grey cells where there is no value, marks and written numbers."""

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import NDArray

from matxai.plotting.style import ABSENT, DIVERGING, stagger, text_colour, wrapped

# Inches: a cell at most, the longer side of the matrix at least and at most, and the room around it.
_CELL, _SIDE = 0.35, (3.5, 10.3)
_LABEL, _RIGHT, _LINE = 0.55, 1.25, 0.19
_FONT, _LETTER = (6.0, 10.0), 0.62  # points of a tick label; width of a letter as a share of them
_CROWDED = 55  # names along an axis above which they stand in two rows


def heat_map_axes(
    rows: Sequence[str], columns: Sequence[str], title: str = "", note: str = ""
) -> tuple[Figure, Axes]:
    """Make a figure with one square cell for each row and column, and room on the right for colours.

    Margins follow from the names, since automatic layout of hundreds of labels takes as long as drawing
    them. Names run from the top and from the left; ``title`` and, in smaller print, ``note`` stand above.
    """
    most = max(len(rows), len(columns))
    cell = float(np.clip(_CELL * most, *_SIDE)) / most
    font = float(np.clip(72 * cell * 0.85, *_FONT))
    beside, across = (max(map(len, names)) * font * _LETTER / 72 for names in (rows, columns))
    upright = across > 2 * cell  # long names stand on end
    left, below = _LABEL + beside, _LABEL + (across if upright else 0.2)
    wide, high = cell * len(columns), cell * len(rows)
    width = left + max(wide, 2.0) + _RIGHT
    above = wrapped(title, int(9.5 * width)), wrapped(note, int(11.5 * width))
    lines = [text.count("\n") + 1 if text else 0 for text in above]
    height = below + high + _LINE * sum(lines) + 0.25
    figure = Figure(figsize=(width, height))
    figure.set_layout_engine("none")
    axes = figure.add_axes((left / width, below / height, wide / width, high / height))
    x, top = 0.12 / width, 1 - 0.08 / height
    figure.text(x, top, above[0], va="top", size=11)
    figure.text(x, top - _LINE * lines[0] / height, above[1], va="top", size=9)
    for axis, names in ((axes.xaxis, columns), (axes.yaxis, rows)):
        axis.set_ticks(range(len(names)), list(names))
        close = len(names) > _CROWDED and not (axis is axes.xaxis and upright)
        stagger(axis, font, 1.6 * font if close else 0)
    axes.tick_params(axis="x", rotation=90 if upright else 0)
    return figure, axes


def draw_heat_map(
    axes: Axes, values: NDArray[np.floating], norm: Normalize, colours: str = DIVERGING, *,
    absent: NDArray[np.bool_] | None = None, marked: NDArray[np.bool_] | None = None,
    digits: int | None = None, size: float = 9,
) -> AxesImage:  # fmt: skip
    """Draw a matrix, one unit per cell, its first row on top; return the image for a colour bar.

    ``values`` (rows, columns) that are not finite have no colour; grey are those that are ``absent``, by
    default all of them. A dot stands in the cells that are ``marked``, such as those that are not
    significant. ``digits``: decimals of the values written into the cells, in ``size`` points.
    """
    known = np.isfinite(values)
    image = axes.imshow(np.ma.array(values, mask=~known), cmap=colours, norm=norm, label="values")
    grey = ~known if absent is None else absent
    if grey.any():
        cells = np.ma.array(np.zeros(values.shape), mask=~grey)
        axes.imshow(cells, cmap=ListedColormap([ABSENT]), label="absent")
    if marked is not None:
        row, column = np.nonzero(marked)
        below = 0.0 if digits is None else 0.3  # the number
        inches = axes.get_position().height * axes.figure.get_figheight()  # type: ignore[union-attr]
        dot = float(np.clip(72 * inches / len(values) / 5, 1, 5))
        (dots,) = axes.plot(column, row + below, "o", color="black", gid="marked")
        dots.set(markersize=dot, markeredgewidth=0)
    if digits is not None:
        scale = colormaps[colours]
        for y, x in np.argwhere(known).tolist():
            value = float(values[y, x])
            colour = text_colour(scale(norm(value)))
            text = axes.text(x, y, f"{value:.{digits}f}", size=size, color=colour)
            text.set(ha="center", va="center")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return image
