"""The parts of an attention video that stand still, drawn once, and where its moving parts go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib import colormaps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from matxai.composition.figures.quantities import axis_label
from matxai.plotting.style import BLUE, GREEN, GUIDE, SEQUENTIAL, styled, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

    from matxai.composition.attention.views import View

Pixels = NDArray[np.uint8]

_DPI = 100
# Pixels: what the matrices fill, wide and high (more where cells would get too small).
_GRID = (560, 440)
# Least and largest side of a matrix, least side of a cell, gap between matrices.
_SIDE = (84, 400)
_CELL = 15
_GAP = 10
# Room around the matrices for labels, of the colour bar and of the panels on the right.
_LEFT = 112
_TOP = 96
_BOTTOM = 92
_BAR = 110
_PANEL = 380
# Least width and height of a frame.
_LEAST = (1100, 550)
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
    """``pixels`` (height, width, 3) without what moves.

    ``corners`` (layers, heads, 2): row and column of the upper left pixel of each matrix, whose cells are
    ``cell`` pixels wide and high; ``text``: row and column where the line of text begins.
    """

    pixels: Pixels
    corners: NDArray[np.int64]
    cell: int
    panels: list[Panel]
    text: tuple[int, int]


@styled
def still(view: View) -> Still:
    """Draw titles, labels, colour bar and curves of ``view``."""
    _, layers, heads, count, _ = view.history.attention.shape
    side = min(_GRID[0] // heads, _GRID[1] // layers) - _GAP
    cell = max(_CELL, int(np.clip(side, *_SIDE)) // count)
    pitch = cell * count + _GAP
    width = max(_LEAST[0], _LEFT + heads * pitch + _BAR + _PANEL + 104)
    height = max(_LEAST[1], _TOP + layers * pitch + _BOTTOM)
    width, height = width + width % 2, height + height % 2
    top = _TOP + (height - _TOP - _BOTTOM - layers * pitch) // 2
    rows, columns = top + pitch * np.arange(layers), _LEFT + pitch * np.arange(heads)
    corners = np.stack(np.meshgrid(rows, columns, indexing="ij"), axis=-1)

    figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI)
    figure.set_layout_engine("none")
    canvas = FigureCanvasAgg(figure)
    text = _Labels(figure, width, height)
    title = text(20, 24, view.title, ha="left", weight="bold")
    _fit(title, canvas, 13, width - 40)
    _label(text, view, rows, columns, cell)
    bar = (rows[0], columns[-1] + pitch + 16, pitch * layers - _GAP)
    _label_bar(text, *bar)
    panels = _panels(figure, view, (rows[0], rows[-1] + cell * count), width, height)
    canvas.draw()
    pixels: Pixels = np.asarray(canvas.buffer_rgba())[:, :, :3].copy()
    pixels[bar[0] : bar[0] + bar[2], bar[1] : bar[1] + 14] = _ramp(bar[2])[:, None]
    return Still(
        pixels,
        corners,
        cell,
        [_placed(axes, view, values, height) for axes, values in panels],
        text=(42, 20),
    )


class _Labels:
    """Text at a pixel, counted from the upper left corner."""

    def __init__(self, figure: Figure, width: int, height: int) -> None:
        self.figure, self.width, self.height = figure, width, height

    def __call__(
        self, x: float, y: float, text: str, *, size: float = 9, ha: str = "center",
        va: str = "center", rotation: float = 0, weight: str = "normal",
    ) -> Text:  # fmt: skip
        return self.figure.text(
            x / self.width, 1 - y / self.height, text, fontsize=size, ha=ha, va=va,
            rotation=rotation, fontweight=weight, linespacing=1.1,
        )  # fmt: skip


def _label(
    text: _Labels,
    view: View,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    cell: int,
) -> None:
    """Name layers, heads, and the elements on both axes."""
    count = len(view.labels)
    middle, bottom = cell * count / 2, rows[-1] + cell * count
    flat = cell >= 46  # room for a fraction below its symbol
    for number, column in enumerate(columns, start=1):
        text(column + middle, rows[0] - 10, f"head {number}")
        for place, label in enumerate(view.labels):
            x = column + cell * (place + 0.5)
            if flat:
                text(x, bottom + 4, label.replace(" ", "\n"), size=8, va="top")
            else:
                text(x, bottom + 4, label, size=7.5, va="top", rotation=90)
    for number, row in enumerate(rows, start=1):
        text(40, row + middle, f"layer {number}", rotation=90)
        for place, label in enumerate(view.labels):
            text(_LEFT - 5, row + cell * (place + 0.5), label, size=8, ha="right")
    text(16, (rows[0] + bottom) / 2, "query element, fraction", rotation=90)
    text((columns[0] + columns[-1]) / 2 + middle, bottom + 68, "key element, fraction")


def _label_bar(text: _Labels, top: int, left: int, length: int) -> None:
    for value in (0, 0.25, 0.5, 0.75, 1):
        text(left + 20, top + (1 - value) * (length - 1), f"{value:g}", size=8, ha="left")
    label = "attention: weight by which the query attends to the key"
    if length < 300:
        label = wrapped(label, max(20, length // 7))
    text(left + 66, top + length / 2, label, rotation=90)


def _ramp(length: int) -> Pixels:
    """(length, 3) colours of the scale, 1 at the top."""
    return COLOURS[np.linspace(LEVELS - 1, 0, length).round().astype(int)]


def _panels(
    figure: Figure, view: View, span: tuple[int, int], width: int, height: int
) -> list[tuple[Axes, NDArray[np.float64]]]:
    """Draw the curves of prediction and error: the axes and what is marked in them."""
    history = view.history
    gap = 26
    each = (span[1] - span[0] - gap) // 2
    places = [span[0], span[0] + each + gap]
    prediction, error = (
        figure.add_axes(
            ((width - _PANEL - 16) / width, 1 - (y + each) / height, _PANEL / width, each / height)
        )
        for y in places
    )
    marker = "." if len(history.steps) <= 60 else None
    prediction.plot(
        history.epochs, history.prediction, color=BLUE, marker=marker, label="predicted"
    )
    if np.isfinite(history.target):
        prediction.axhline(history.target, color="black", linestyle="--", label="true value")
    for axes in (prediction, error):
        axes.axvline(
            history.epochs[view.kept], color=GUIDE, linestyle=":", zorder=0, label="weights kept"
        )
    prediction.legend(loc="best")
    # Plain words: the whole name of the property stands in the title.
    unit = f" ({view.target.unit})" if view.target.unit else ""
    prediction.set_ylabel(f"Value{unit}")
    prediction.tick_params(labelbottom=False)
    error.plot(history.epochs, view.error, color=GREEN, marker=marker)
    error.set_ylabel(wrapped(axis_label("mae", view.target.unit), 22))
    error.set_xlabel(axis_label("epoch"))
    if view.scored:
        note = f"captured compounds with a target: {view.scored:,}"
        error.text(0.98, 0.96, note, size=8, ha="right", va="top", transform=error.transAxes)
        error.margins(y=0.12)
    else:
        error.text(
            0.5, 0.5, "no captured compound has a target", color=GUIDE, size=9, ha="center",
            transform=error.transAxes,
        )  # fmt: skip
        error.set_yticks([])
    whole = np.array_equal(history.epochs, np.rint(history.epochs))
    for axes in (prediction, error):
        axes.xaxis.set_major_locator(MaxNLocator("auto", integer=whole, min_n_ticks=1))
        axes.grid(linewidth=0.3)
        axes.set_xlim(*_limits(history.epochs))
    return [(prediction, history.prediction.astype(float)), (error, view.error)]


def _limits(epochs: NDArray[np.float64]) -> tuple[float, float]:
    room = 0.04 * (epochs[-1] - epochs[0]) or 0.5
    return epochs[0] - room, epochs[-1] + room


def _placed(axes: Axes, view: View, values: NDArray[np.float64], height: int) -> Panel:
    """Where the axes ended up in the picture, and each step in them."""
    box = axes.get_window_extent()
    seen = np.isfinite(values)
    points = np.column_stack([view.history.epochs, np.where(seen, values, 0)])
    x, y = axes.transData.transform(points).T
    rows = np.where(seen, np.floor(height - y), -1)
    return Panel(
        round(height - box.y1),
        round(height - box.y0),
        rows.astype(np.int64),
        np.floor(x).astype(np.int64),
    )


def _fit(text: Text, canvas: FigureCanvasAgg, size: float, width: int) -> None:
    """Write a line in ``size`` points, or smaller where it would be wider than ``width`` pixels."""
    text.set_fontsize(size)
    taken = text.get_window_extent(canvas.get_renderer()).width
    text.set_fontsize(size * min(1, width / taken))
