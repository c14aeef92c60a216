"""One look for every static figure, and one way to save it.

Figures are drawn with matplotlib's object interface (no pyplot state, nothing to close). A
function that draws is decorated with ``styled``, returns its Figure, and leaves saving to a script.
"""

import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import PolyCollection
from matplotlib.colors import LogNorm, to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter
from matplotlib.typing import ColorType
from numpy.typing import ArrayLike

# Figure widths in inches: half and the whole of a report page, and a page that is zoomed into.
HALF_WIDTH = 4.5
FULL_WIDTH = 9.0
LARGE_WIDTH = 12.0

# Okabe and Ito (2008), "Color universal design": told apart with every common colour vision.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
# The same part of a data set has the same colour in every figure.
PART_COLOURS = {"train": BLUE, "val": ORANGE, "test": VERMILION, "whole": BLACK}
SEQUENTIAL = "viridis"
DIVERGING = "RdBu_r"  # ColorBrewer: colour-blind safe, its centre is a neutral near-white
ABSENT = "#D9D9D9"  # in neither map, so "no value" is never read as a value
GUIDE = "#808080"  # identity lines, separators, notes

Extent = tuple[float, float, float, float]  # left, right, lower and upper end
CROWDED = 2000  # points above which they would hide each other: `density` instead

STYLE: dict[Any, Any] = {  # Any: matplotlib types each key as a literal of its own
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same glyphs on every machine
    "font.size": 10, "axes.titlesize": 11, "axes.labelsize": 10,
    "xtick.labelsize": 9, "ytick.labelsize": 9, "legend.fontsize": 9,
    "legend.frameon": False, "axes.spines.top": False, "axes.spines.right": False,
    "axes.prop_cycle": cycler(color=[BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY, BLACK]),
    "axes.formatter.useoffset": False,
    "image.cmap": SEQUENTIAL, "lines.linewidth": 1.5, "savefig.dpi": 200,
    "figure.constrained_layout.use": True,
    "svg.hashsalt": "matxai",  # without a salt the ids inside an SVG differ at every save
    "svg.fonttype": "path",  # text looks the same where the font is not installed
    "pdf.fonttype": 42,
}  # fmt: skip
styled = mpl.rc_context(STYLE)

# A date or a version in a file would change its bytes with nothing changed in the figure.
_METADATA: dict[str, dict[str, str | None]] = {
    ".svg": {"Date": None, "Creator": "matxai"},
    ".png": {"Software": None},
    ".pdf": {"CreationDate": None, "Creator": "matxai", "Producer": None},
}


@styled
def save(figure: Figure, path: str | Path) -> None:
    """Write ``figure`` in the format that the suffix names: the same figure, the same bytes.

    Raises ValueError for a suffix other than .svg, .png and .pdf.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in _METADATA:
        known = ", ".join(_METADATA)
        raise ValueError(f"cannot save a figure as '{path}': its suffix must be one of {known}")
    figure.savefig(path, format=suffix[1:], metadata=_METADATA[suffix])


@styled
def empty_figure(message: str) -> Figure:
    """Draw the statement that there is nothing to draw, and why."""
    figure = Figure(figsize=(FULL_WIDTH, 2.0))
    figure.text(0.5, 0.5, wrapped(message, 70), ha="center", va="center", color=GUIDE)
    return figure


def require_columns(table: pd.DataFrame, columns: Iterable[str], figure: str) -> None:
    """Raise ValueError naming the columns that ``figure`` needs and ``table`` lacks."""
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise ValueError(
            f"the table for the {figure} figure lacks {', '.join(missing)}; "
            f"its columns are {', '.join(map(str, table.columns)) or '(none)'}"
        )


def wrapped(text: str, width: int = 48) -> str:
    """Break ``text`` into lines of at most ``width`` characters, at spaces or underscores."""
    # textwrap does not break after the underscores of data-set names: offer it a marked space.
    mark = "\N{WORD JOINER}"
    filled = textwrap.fill(text.replace("_", f"_{mark} "), width)
    return filled.replace(f"{mark} ", "").replace(mark, "")


def titled(figure: Figure, title: str, width: int = 90) -> Figure:
    """Put a title, if there is one, above all panels."""
    if title:
        figure.suptitle(wrapped(title, width), fontsize=11)
    return figure


def density(
    axes: Axes, x: ArrayLike, y: ArrayLike, extent: Extent, cells: int | tuple[int, int] = 45
) -> PolyCollection:
    """Count points in hexagonal cells, ``cells`` across ``extent``: log scale from 1 to 10 at least."""
    hexagons = axes.hexbin(x, y, gridsize=cells, mincnt=1, extent=extent, linewidths=0.1)
    hexagons.set_norm(LogNorm(1, max(hexagons.get_clim()[1], 10)))
    return hexagons


def draw_cloud(
    axes: Axes, x: ArrayLike, y: ArrayLike, extent: Extent, cells: int | tuple[int, int] = 45,
    *, size: float = 6, colour: str = BLUE, alpha: float = 0.4,
) -> PolyCollection | None:  # fmt: skip
    """Draw few points as dots (``size`` in square points), many by their `density`, which is returned."""
    if len(np.asarray(x)) > CROWDED:
        return density(axes, x, y, extent, cells)
    axes.scatter(x, y, s=size, c=colour, alpha=alpha, linewidths=0)
    return None


def colour_stops(name: str, count: int = 11) -> list[list[Any]]:
    """A colour map of matplotlib as plotly takes it: ``count`` places from 0 to 1 with their colours."""
    return [[x, to_hex(mpl.colormaps[name](x))] for x in np.linspace(0, 1, count).tolist()]


def text_colour(background: ColorType) -> str:
    """Black or white, whichever contrasts more with ``background`` (WCAG 2.1 luminance)."""
    c = np.array(to_rgb(background))
    channels = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    luminance = channels @ (0.2126, 0.7152, 0.0722)
    # Contrast (a + 0.05) / (b + 0.05) with white (1) and with black (0) is equal at 0.179.
    return "black" if luminance > 0.179 else "white"


def stagger(axis: Axis, size: float, offset: float) -> None:
    """Set tick labels of ``size`` points, every second one ``offset`` points further out."""
    pad = 3.0
    axis.set_tick_params(length=0, labelsize=size, pad=pad)
    for tick in axis.get_major_ticks()[1::2]:
        tick.set_pad(pad + offset)


def note(axes: Axes, text: str) -> None:
    """Put ``text`` into the upper left corner of ``axes``, behind the data: it must hide none."""
    axes.text(0.03, 0.97, text, transform=axes.transAxes, size=9, ha="left", va="top", zorder=0)


def count_axis(axis: Axis) -> None:
    """Give a logarithmic axis of counts plain numbers at 1, 2, 5, 10, ... as ticks."""
    decades = abs(np.diff(np.log10(axis.get_view_interval())).item())
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if decades < 2.5 else (1,)))
    axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axis.set_minor_formatter(NullFormatter())
