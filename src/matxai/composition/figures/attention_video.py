"""The frames of an attention video: one compound's attention and prediction, step by step.

What stands still is drawn once; a frame is a copy of it into which cells of matrices, marks on the curves
and a line of text are written as pixels. All of frame i is of step i.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont
from matplotlib.ft2font import FT2Font
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from matxai.composition.attention.shown_compounds import ShownCompound
from matxai.composition.figures.attention import attention_grid
from matxai.plotting import style
from matxai.plotting.quantities import axis_label
from matxai.quantities import Quantity

Pixels = NDArray[np.uint8]

_DPI = 100
# Pixels: what the matrices fill, wide and high (more where cells would get too small); least and largest
# side of a matrix, least side of a cell, gap between matrices.
_GRID, _SIDE, _CELL, _GAP = (560, 440), (84, 400), 15, 10
# Room on the left and below for labels, above for the text; width of the colour bar and of the curves.
_LEFT, _BELOW, _TEXT, _BAR, _PANEL, _EDGE = 112, 110, 30, 185, 380, 16
_LEAST = (1100, 550)  # width and height of a frame
LEVELS = 256
COLOURS: Pixels = (
    (colormaps[style.SEQUENTIAL](np.arange(LEVELS))[:, :3] * 255).round().astype(np.uint8)
)
SECONDS = 6  # that a video of few steps lasts
MARKER = np.array([round(255 * channel) for channel in to_rgb(style.VERMILION)], dtype=np.uint8)
_RADIUS = 6


@dataclass(frozen=True)
class Panel:
    """A curve's place: rows ``top`` to ``bottom``, and row and column of the pixel of each step."""

    top: int
    bottom: int
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]


def _rendered(figure: Figure) -> Pixels:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[:, :, :3]


def _curves(
    figure: Figure, matrices: list[Axes], compound: ShownCompound
) -> list[tuple[Axes, NDArray[np.float64]]]:
    """Draw the curves of prediction and error beside the matrices: the axes and what is marked in them."""
    history = compound.history
    width, height = figure.get_size_inches() * _DPI
    top, bottom = matrices[0].get_position().y1, matrices[-1].get_position().y0
    gap = 26 / height
    each = (top - bottom - gap) / 2
    left = 1 - (_PANEL + _EDGE) / width
    prediction, error = (
        figure.add_axes((left, y, _PANEL / width, each)) for y in (bottom + each + gap, bottom)
    )
    marker = "." if len(history.steps) <= 60 else None
    (curve,) = prediction.plot(history.epochs, history.prediction, color=style.BLUE, marker=marker)
    curve.set_label("predicted")
    if np.isfinite(history.target):
        prediction.axhline(history.target, color="black", linestyle="--", label="true value")
    kept = history.epochs[compound.kept]
    whole = np.array_equal(history.epochs, np.rint(history.epochs))
    room = 0.04 * float(np.ptp(history.epochs)) or 0.5
    for axes in (prediction, error):
        axes.axvline(kept, color=style.GUIDE, linestyle=":", zorder=0, label="weights kept")
        axes.xaxis.set_major_locator(MaxNLocator("auto", integer=whole, min_n_ticks=1))
        axes.grid(linewidth=0.3)
        axes.set_xlim(history.epochs[0] - room, history.epochs[-1] + room)
    prediction.legend(loc="best")
    # Plain words: the whole name of the property stands in the title.
    prediction.set_ylabel(Quantity("Value", compound.target.unit).axis())
    prediction.tick_params(labelbottom=False)
    error.plot(history.epochs, compound.error, color=style.GREEN, marker=marker)
    error.set_ylabel(style.wrapped(axis_label("mae", compound.target.unit), 22))
    error.set_xlabel(axis_label("epoch"))
    note = f"captured compounds with a target: {compound.scored:,}"
    if not compound.scored:
        note = "no captured compound has a target"
        error.set_yticks([])
    error.text(0.98, 0.96, note, size=8, ha="right", va="top", transform=error.transAxes)
    error.margins(y=0.12)
    return [(prediction, history.prediction.astype(float)), (error, compound.error)]


def _placed(axes: Axes, compound: ShownCompound, values: NDArray[np.float64], height: int) -> Panel:
    """Where the axes ended up in the picture, and each step in them."""
    box = axes.get_window_extent()
    seen = np.isfinite(values)
    points = np.column_stack([compound.history.epochs, np.where(seen, values, 0)])
    x, y = axes.transData.transform(points).T
    rows = np.where(seen, np.floor(height - y), -1).astype(np.int64)
    return Panel(round(height - box.y1), round(height - box.y0), rows, np.floor(x).astype(np.int64))


class Frames:
    """The frames of a compound in order, (height, width, 3) uint8 each, with even sizes.

    Attributes:
        compound: The compound.
        still: (height, width, 3), what stands still: titles, labels, colour bar and curves.
        corners: (layers, heads, 2), row and column of the upper left pixel of each matrix.
        cell: Pixels of a cell, wide and high.
        panels: The places of the curves of prediction and error.
        text: Row and column where the line of text begins.
    """

    @style.styled
    def __init__(self, compound: ShownCompound) -> None:
        self.compound = compound
        _, layers, heads, count, _ = compound.history.attention.shape
        side = min(_GRID[0] // heads, _GRID[1] // layers) - _GAP
        self.cell = max(_CELL, int(np.clip(side, *_SIDE)) // count)
        side = self.cell * count
        right = max(_BAR + _PANEL + _EDGE, _LEAST[0] - _LEFT - heads * (side + _GAP) + _GAP)
        right += (_LEFT + heads * (side + _GAP) - _GAP + right) % 2
        room = {"left": _LEFT, "right": right, "below": _BELOW, "above": 30 + _TEXT, "gap": _GAP}
        inches = {name: pixels / _DPI for name, pixels in room.items()}
        weights = np.zeros((layers, heads, count, count), dtype=np.float32)
        figure = attention_grid(compound, weights, side / _DPI, compound.title, **inches)
        figure.set_dpi(_DPI)
        matrices = figure.axes[: layers * heads]
        curves = _curves(figure, matrices, compound)
        pixels = _rendered(figure)
        height = len(pixels)
        boxes = [axes.get_window_extent() for axes in matrices]
        corners = [(round(height - box.y1), round(box.x0)) for box in boxes]
        self.corners = np.array(corners).reshape(layers, heads, 2)
        self.panels = [_placed(axes, compound, values, height) for axes, values in curves]
        missing = max(_LEAST[1] - height, 0)
        missing += (height + missing) % 2
        self.still = np.pad(pixels, ((0, missing), (0, 0), (0, 0)), constant_values=255)
        self.text = corners[0][0] - 25 - _TEXT, 12
        self._lines = text_lines(compound)
        self._font = FT2Font(findfont("DejaVu Sans Mono"))
        self._font.set_size(11, 100)
        y, x = np.mgrid[-_RADIUS : _RADIUS + 1, -_RADIUS : _RADIUS + 1]
        self._disc = np.clip(_RADIUS + 0.5 - np.hypot(x, y), 0, 1)[..., None]

    def __len__(self) -> int:
        """How many steps were captured."""
        return len(self.compound.history.steps)

    def __iter__(self) -> Iterator[Pixels]:
        """All frames, drawn one by one."""
        return map(self.frame, range(len(self)))

    def frame(self, number: int) -> Pixels:
        """The frame of entry ``number`` of the history: query downwards, key to the right."""
        pixels = self.still.copy()
        weights = self.compound.history.attention[number]
        colours = COLOURS[np.rint(weights * (LEVELS - 1)).astype(np.intp)]
        large = colours.repeat(self.cell, axis=2).repeat(self.cell, axis=3)
        side = large.shape[2]
        for place in np.ndindex(weights.shape[:2]):
            row, column = self.corners[place]
            pixels[row : row + side, column : column + side] = large[place]
        for panel in self.panels:
            self._mark(pixels, panel, number)
        self._font.set_text(self._lines[number])
        self._font.draw_glyphs_to_bitmap()
        row, column = self.text
        ink = np.asarray(self._font.get_image())[:, : pixels.shape[1] - column]
        height, width = ink.shape
        pixels[row : row + height, column : column + width] = 255 - ink[..., None]
        return pixels

    def _mark(self, pixels: Pixels, panel: Panel, number: int) -> None:
        row, column = panel.rows[number], panel.columns[number]
        pixels[panel.top : panel.bottom, column : column + 2] = MARKER
        if row < 0:
            return
        place = tuple(slice(at - _RADIUS, at + _RADIUS + 1) for at in (row, column))
        mixed = pixels[place] * (1 - self._disc) + MARKER * self._disc
        pixels[place] = mixed.round().astype(np.uint8)


@style.styled
def no_frames(reason: str) -> list[Pixels]:
    """A single frame that says why there is no video."""
    pixels = _rendered(style.empty_figure(reason))
    return [pixels[: len(pixels) // 2 * 2, : pixels.shape[1] // 2 * 2].copy()]


def frame_rate(steps: int, at_most: int) -> Fraction:
    """Frames a second with which ``steps`` frames last `SECONDS` or more; ``at_most`` if that is lower."""
    return min(Fraction(at_most), Fraction(max(steps, 1), SECONDS))


def text_lines(compound: ShownCompound) -> list[str]:
    """What is written above the matrices at each step: the numbers of that step alone."""
    history = compound.history
    columns = history.epochs, history.steps, history.prediction, compound.error
    last, batches = history.epochs[-1], len(str(history.steps[-1]))
    whole = np.array_equal(history.epochs, np.rint(history.epochs))
    epoch = f"{{:{len(str(round(last)))}.0f}}" if whole else f"{{:{len(f'{last:.2f}')}.2f}}"
    value = number_format([*history.prediction, history.target])
    error = number_format(compound.error)
    target = value.format(history.target) if np.isfinite(history.target) else "unknown"
    return [
        f"epoch {epoch.format(at)} of {epoch.format(last).strip()}  step {step:{batches}d}   "
        f"predicted {value.format(predicted)}  true {target}   "
        f"MAE {error.format(mae) if compound.scored else 'unknown'}"
        for at, step, predicted, mae in zip(*columns, strict=True)
    ]


def number_format(values: list[float] | NDArray[np.float64]) -> str:
    """A format of one width for all ``values``, so that the text does not jump: four digits or so."""
    finite = np.abs(np.array(values, dtype=float))
    largest = finite[np.isfinite(finite)].max(initial=0)
    if largest and not 1e-3 <= largest < 1e6:
        return "{:10.3e}"
    decimals = int(np.clip(3 - np.floor(np.log10(largest or 1)), 0, 6))
    return f"{{:{len(f'{-largest:.{decimals}f}')}.{decimals}f}}"
