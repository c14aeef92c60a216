"""A heat map over the periodic table: pymatviz 0.18 needs a browser to write one as a static file."""

from collections.abc import Mapping
from functools import cache

import numpy as np
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from pymatgen.core.periodic_table import Element

from matxai.plotting import style
from matxai.quantities import Quantity

LAST = 103  # Lr, the last element of the f block
_LANTHANIDES, _ACTINIDES = range(57, 72), range(89, 104)
_F_BLOCK_DROP = 2.4  # rows between a period's place and that of its f block, drawn apart below


@cache
def positions() -> dict[str, tuple[float, int]]:
    """Row (from 1, downwards) and column (1 to 18) of H to Lr; the f block has rows 8.4 and 9.4."""
    places: dict[str, tuple[float, int]] = {}
    for element in map(Element.from_Z, range(1, LAST + 1)):
        row, column = float(element.row), int(element.group)
        for block in (_LANTHANIDES, _ACTINIDES):
            if element.Z in block:
                row, column = row + _F_BLOCK_DROP, 3 + element.Z - block.start
        places[element.symbol] = (row, column)
    return places


@style.styled
def periodic_table(
    values: Mapping[str, float], quantity: Quantity, *, scale: str = "linear", title: str = ""
) -> Figure:
    """Draw one value per element; an element without a (finite) value is grey.

    ``values``: by the symbols of elements. ``scale``: ``linear``, or ``log`` (for counts: zero or below is
    absent). Raises ValueError where a symbol is no element up to Lr, or the scale is unknown.
    """
    unknown = sorted(set(values) - set(positions()))
    if unknown:
        raise ValueError(f"not an element symbol between H and Lr: {', '.join(map(str, unknown))}")
    least = 0 if scale == "log" else -np.inf
    shown = {symbol: float(value) for symbol, value in values.items() if least < value < np.inf}
    norm = _norm(list(shown.values()), scale)
    colour_map = colormaps[style.SEQUENTIAL]

    figure = Figure(figsize=(style.FULL_WIDTH, 5.2))
    axes = figure.add_subplot(xlim=(0.45, 18.55), ylim=(9.95, 0.4), aspect="equal")
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    for symbol, (row, column) in positions().items():
        colour = colour_map(norm(shown[symbol])) if symbol in shown else style.ABSENT
        text = style.text_colour(colour) if symbol in shown else "#6E6E6E"
        corner = (column - 0.48, row - 0.48)
        axes.add_patch(Rectangle(corner, 0.96, 0.96, facecolor=colour, gid=f"tile-{symbol}"))
        axes.text(column, row - 0.14, symbol, ha="center", va="center", color=text, weight="bold")
        if symbol in shown:
            number = _short(shown[symbol])
            axes.text(column, row + 0.26, number, ha="center", va="center", color=text, size=6.5)
    for row, block in ((6, _LANTHANIDES), (7, _ACTINIDES)):
        numbers = f"{block.start}-{block.stop - 1}"
        axes.text(3, row, numbers, ha="center", va="center", color=style.GUIDE, size=7.5)
    axes.set_title(style.wrapped(title, 90))
    if shown:
        place = axes.inset_axes((0.17, 0.86, 0.42, 0.035))  # the gap above the transition metals
        bar = figure.colorbar(ScalarMappable(norm, colour_map), cax=place, orientation="horizontal")
        if scale == "log":
            style.count_axis(bar.ax.xaxis)
        bar.set_label(quantity.axis(), labelpad=4)
        bar.ax.xaxis.set_label_position("top")
        bar.outline.set_visible(False)
    else:
        axes.text(7.5, 2.0, f"{quantity.label}: no element has a value", ha="center")
    return figure


def _norm(values: list[float], scale: str) -> Normalize:
    """Make the colour scale, also where there is one value only or none."""
    scales = {"linear": Normalize, "log": LogNorm}
    if scale not in scales:
        raise ValueError(f"scale '{scale}' of a periodic table is not one of {', '.join(scales)}")
    low, high = (min(values), max(values)) if values else (1.0, 10.0)
    return scales[scale](low, high if high > low else low + 9 * abs(low) or 1.0)


def _short(value: float) -> str:
    """Write a value in the five or so characters that a tile has room for."""
    if value == int(value) and abs(value) < 1e5:
        return str(int(value))
    return f"{value:.3g}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")
