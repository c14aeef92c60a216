"""The parts of an attention video that stand still, drawn once, and where its moving parts go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib import colormaps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from matxai.composition.figures.attention import attention_grid
from matxai.plotting.quantities import axis_label
from matxai.plotting.style import BLUE, GREEN, GUIDE, SEQUENTIAL, styled, wrapped
from matxai.quantities import Quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from matxai.composition.attention.shown_compounds import ShownCompound

Pixels = NDArray[np.uint8]

_DPI = 100
# Pixels: what the matrices fill, wide and high (more where cells would get too small); least and largest
# side of a matrix, least side of a cell, gap between matrices.
_GRID, _SIDE, _CELL, _GAP = (560, 440), (84, 400), 15, 10
# Room on the left and below for labels, above for the text; width of the colour bar and of the curves.
_LEFT, _BELOW, _TEXT, _BAR, _PANEL, _EDGE = 112, 110, 30, 185, 380, 16
_LEAST = (1100, 550)  # width and height of a frame
LEVELS = 256
COLOURS: Pixels = (colormaps[SEQUENTIAL](np.arange(LEVELS))[:, :3] * 255).round().astype(np.uint8)


@dataclass(frozen=True)
class Panel:
    """A curve's place: rows ``top`` to ``bottom``, and row and column of the pixel of each step."""

    top: int
    bottom: int
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]


@dataclass(frozen=True)
class Still:
    """What stands still.

    Attributes:
        pixels: (height, width, 3) without what moves.
        corners: (layers, heads, 2), row and column of the upper left pixel of each matrix.
        cell: Pixels of a cell, wide and high.
        panels: The places of the curves of prediction and error.
        text: Row and column where the line of text begins.
    """

    pixels: Pixels
    corners: NDArray[np.int64]
    cell: int
    panels: list[Panel]
    text: tuple[int, int]


@styled
def still(view: ShownCompound) -> Still:
    """Draw titles, labels, colour bar and curves of ``view``."""
    _, layers, heads, count, _ = view.history.attention.shape
    side = min(_GRID[0] // heads, _GRID[1] // layers) - _GAP
    cell = max(_CELL, int(np.clip(side, *_SIDE)) // count)
    side = cell * count
    right = max(_BAR + _PANEL + _EDGE, _LEAST[0] - _LEFT - heads * (side + _GAP) + _GAP)
    right += (_LEFT + heads * (side + _GAP) - _GAP + right) % 2
    room = {"left": _LEFT, "right": right, "below": _BELOW, "above": 30 + _TEXT, "gap": _GAP}
    inches = {name: pixels / _DPI for name, pixels in room.items()}
    weights = np.zeros((layers, heads, count, count), dtype=np.float32)
    figure = attention_grid(view, weights, side / _DPI, view.title, **inches)
    figure.set_dpi(_DPI)
    canvas = FigureCanvasAgg(figure)
    matrices = figure.axes[: layers * heads]
    curves = _curves(figure, matrices, view)
    canvas.draw()
    pixels: Pixels = np.asarray(canvas.buffer_rgba())[:, :, :3]
    height = len(pixels)
    corners = np.array([_corner(axes, height) for axes in matrices]).reshape(layers, heads, 2)
    panels = [_placed(axes, view, values, height) for axes, values in curves]
    missing = max(_LEAST[1] - height, 0)
    missing += (height + missing) % 2
    whole = np.pad(pixels, ((0, missing), (0, 0), (0, 0)), constant_values=255)
    text = int(corners[0, 0, 0]) - 25 - _TEXT, 12
    return Still(whole, corners, cell, panels, text)


def _corner(axes: Axes, height: int) -> tuple[int, int]:
    """Row and column of the upper left pixel."""
    box = axes.get_window_extent()
    return round(height - box.y1), round(box.x0)


def _curves(
    figure: Figure, matrices: list[Axes], view: ShownCompound
) -> list[tuple[Axes, NDArray[np.float64]]]:
    """Draw the curves of prediction and error beside the matrices: the axes and what is marked in them."""
    history = view.history
    width, height = figure.get_size_inches() * _DPI
    top, bottom = matrices[0].get_position().y1, matrices[-1].get_position().y0
    gap = 26 / height
    each = (top - bottom - gap) / 2
    left = 1 - (_PANEL + _EDGE) / width
    prediction, error = (
        figure.add_axes((left, y, _PANEL / width, each)) for y in (bottom + each + gap, bottom)
    )
    marker = "." if len(history.steps) <= 60 else None
    prediction.plot(
        history.epochs, history.prediction, color=BLUE, marker=marker, label="predicted"
    )
    if np.isfinite(history.target):
        prediction.axhline(history.target, color="black", linestyle="--", label="true value")
    kept = history.epochs[view.kept]
    whole = np.array_equal(history.epochs, np.rint(history.epochs))
    room = 0.04 * float(np.ptp(history.epochs)) or 0.5
    for axes in (prediction, error):
        axes.axvline(kept, color=GUIDE, linestyle=":", zorder=0, label="weights kept")
        axes.xaxis.set_major_locator(MaxNLocator("auto", integer=whole, min_n_ticks=1))
        axes.grid(linewidth=0.3)
        axes.set_xlim(history.epochs[0] - room, history.epochs[-1] + room)
    prediction.legend(loc="best")
    # Plain words: the whole name of the property stands in the title.
    prediction.set_ylabel(Quantity("Value", view.target.unit).axis())
    prediction.tick_params(labelbottom=False)
    error.plot(history.epochs, view.error, color=GREEN, marker=marker)
    error.set_ylabel(wrapped(axis_label("mae", view.target.unit), 22))
    error.set_xlabel(axis_label("epoch"))
    note = f"captured compounds with a target: {view.scored:,}"
    if not view.scored:
        note = "no captured compound has a target"
        error.set_yticks([])
    error.text(0.98, 0.96, note, size=8, ha="right", va="top", transform=error.transAxes)
    error.margins(y=0.12)
    return [(prediction, history.prediction.astype(float)), (error, view.error)]


def _placed(axes: Axes, view: ShownCompound, values: NDArray[np.float64], height: int) -> Panel:
    """Where the axes ended up in the picture, and each step in them."""
    box = axes.get_window_extent()
    seen = np.isfinite(values)
    points = np.column_stack([view.history.epochs, np.where(seen, values, 0)])
    x, y = axes.transData.transform(points).T
    rows = np.where(seen, np.floor(height - y), -1).astype(np.int64)
    return Panel(round(height - box.y1), round(height - box.y0), rows, np.floor(x).astype(np.int64))
