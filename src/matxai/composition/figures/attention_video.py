"""The frames of an attention video: one compound's attention and prediction, step by step.

What stands still is drawn once (`figures.attention_still`); a frame is a copy of it into which cells of
matrices, marks on the curves and a line of text are written as pixels. All of frame i is of step i.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.font_manager import findfont
from matplotlib.ft2font import FT2Font
from numpy.typing import NDArray

from matxai.composition.attention.shown_compounds import ShownCompound
from matxai.composition.figures.attention_still import COLOURS, LEVELS, Panel, Pixels, Still, still
from matxai.plotting.style import VERMILION, empty_figure, styled

SECONDS = 6  # that a video of few steps lasts
MARKER = np.array([round(255 * channel) for channel in to_rgb(VERMILION)], dtype=np.uint8)
_RADIUS = 6


class Frames:
    """The frames of a compound in order, (height, width, 3) uint8 each, with even sizes."""

    def __init__(self, view: ShownCompound) -> None:
        """Draw what stands still of ``view``."""
        self.view = view
        self.still: Still = still(view)
        self._lines = text_lines(view)
        self._font = FT2Font(findfont("DejaVu Sans Mono"))
        self._font.set_size(11, 100)
        y, x = np.mgrid[-_RADIUS : _RADIUS + 1, -_RADIUS : _RADIUS + 1]
        self._disc = np.clip(_RADIUS + 0.5 - np.hypot(x, y), 0, 1)[..., None]

    def __len__(self) -> int:
        """How many steps were captured."""
        return len(self.view.history.steps)

    def __iter__(self) -> Iterator[Pixels]:
        """All frames, drawn one by one."""
        return (self.frame(number) for number in range(len(self)))

    def frame(self, number: int) -> Pixels:
        """The frame of entry ``number`` of the history."""
        pixels = self.still.pixels.copy()
        self._matrices(pixels, self.view.history.attention[number])
        for panel in self.still.panels:
            self._mark(pixels, panel, number)
        self._write(pixels, self._lines[number])
        return pixels

    def _matrices(self, pixels: Pixels, weights: NDArray[np.float32]) -> None:
        """``weights`` (layers, heads, query, key): query downwards, key to the right."""
        colours = COLOURS[np.rint(weights * (LEVELS - 1)).astype(np.intp)]
        cell = self.still.cell
        large = colours.repeat(cell, axis=2).repeat(cell, axis=3)
        side = large.shape[2]
        for place in np.ndindex(weights.shape[:2]):
            row, column = self.still.corners[place]
            pixels[row : row + side, column : column + side] = large[place]

    def _mark(self, pixels: Pixels, panel: Panel, number: int) -> None:
        row, column = panel.rows[number], panel.columns[number]
        pixels[panel.top : panel.bottom, column : column + 2] = MARKER
        if row < 0:
            return
        place = (
            slice(row - _RADIUS, row + _RADIUS + 1),
            slice(column - _RADIUS, column + _RADIUS + 1),
        )
        mixed = pixels[place] * (1 - self._disc) + MARKER * self._disc
        pixels[place] = mixed.round().astype(np.uint8)

    def _write(self, pixels: Pixels, line: str) -> None:
        self._font.set_text(line)
        self._font.draw_glyphs_to_bitmap()
        row, column = self.still.text
        ink = np.asarray(self._font.get_image())[:, : pixels.shape[1] - column]
        height, width = ink.shape
        pixels[row : row + height, column : column + width] = 255 - ink[..., None]


@styled
def no_frames(reason: str) -> list[Pixels]:
    """A single frame that says why there is no video."""
    figure = empty_figure(reason)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[:, :, :3]
    return [pixels[: len(pixels) // 2 * 2, : pixels.shape[1] // 2 * 2].copy()]


def frame_rate(steps: int, at_most: int) -> Fraction:
    """Frames a second with which ``steps`` frames last `SECONDS` or more; ``at_most`` if that is lower."""
    return min(Fraction(at_most), Fraction(max(steps, 1), SECONDS))


def text_lines(view: ShownCompound) -> list[str]:
    """What is written above the matrices at each step: the numbers of that step alone."""
    history = view.history
    last, batches = history.epochs[-1], len(str(history.steps[-1]))
    whole = np.array_equal(history.epochs, np.rint(history.epochs))
    epoch = f"{{:{len(str(round(last)))}.0f}}" if whole else f"{{:{len(f'{last:.2f}')}.2f}}"
    value = number_format([*history.prediction, history.target])
    error = number_format(view.error)
    target = value.format(history.target) if np.isfinite(history.target) else "unknown"
    return [
        f"epoch {epoch.format(at)} of {epoch.format(last).strip()}  step {step:{batches}d}   "
        f"predicted {value.format(predicted)}  true {target}   "
        f"MAE {error.format(mae) if view.scored else 'unknown'}"
        for at, step, predicted, mae in zip(
            history.epochs, history.steps, history.prediction, view.error, strict=True
        )
    ]


def number_format(values: list[float] | NDArray[np.float64]) -> str:
    """A format of one width for all ``values``, so that the text does not jump: four digits or so."""
    finite = np.abs(np.array(values, dtype=float))
    largest = finite[np.isfinite(finite)].max(initial=0)
    if largest and not 1e-3 <= largest < 1e6:
        return "{:10.3e}"
    decimals = int(np.clip(3 - np.floor(np.log10(largest or 1)), 0, 6))
    return f"{{:{len(f'{-largest:.{decimals}f}')}.{decimals}f}}"
