"""The element-correlation map: a lower triangle of element pairs, coloured from -1 to 1."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure

from matxai.composition.correlation import group_of, ordered
from matxai.plotting.quantities import axis_label
from matxai.plotting.style import (
    ABSENT,
    DIVERGING,
    GUIDE,
    LARGE_WIDTH,
    empty_figure,
    stagger,
    styled,
    wrapped,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_READABLE = 6.5, 10.0  # points: smallest and largest tick label


@styled
def correlation_map(matrix: pd.DataFrame, representation: str, order: str = "number") -> Figure:
    """Draw ``matrix`` of ``element_correlation``, the diagonal and what lies below it.

    ``order`` is ``number`` (atomic number) or ``group`` (lines and names mark the groups). Pairs
    without a correlation are grey. The colour scale is the same in every map.
    """
    matrix = ordered(matrix, order)
    size = len(matrix)
    if not np.isfinite(matrix.to_numpy()).any():
        return empty_figure(f"{representation}: no two elements have a defined correlation")
    values = np.ma.array(matrix.to_numpy(), mask=np.triu(np.ones((size, size), bool), k=1))
    undefined = np.ma.array(np.zeros((size, size)), mask=values.mask | np.isfinite(values.data))

    figure = Figure(figsize=(LARGE_WIDTH, LARGE_WIDTH))
    axes = figure.add_subplot(aspect="equal")
    axes.imshow(undefined, cmap=ListedColormap([ABSENT]), label="absent")
    image = axes.imshow(
        np.ma.masked_invalid(values), cmap=DIVERGING, norm=Normalize(-1, 1), label="correlation"
    )
    axes.spines[:].set_visible(False)
    font = float(np.clip(700 / size, *_READABLE))
    for axis, names in ((axes.xaxis, matrix.columns), (axes.yaxis, matrix.index)):
        axis.set_ticks(range(size), list(names))
        stagger(axis, font, 1.6 * font if size > 60 else 0)
    if order == "group":
        _mark_groups(axes, list(matrix.index))

    bar = figure.colorbar(
        image, cax=axes.inset_axes((0.56, 0.93, 0.4, 0.018)), orientation="horizontal"
    )
    bar.set_label(axis_label("correlation"))
    axes.text(
        0.97, 0.86, "grey: no vector, or none that varies", size=9, color=GUIDE, ha="right",
        transform=axes.transAxes,
    )  # fmt: skip
    axes.set_title(wrapped(f"{representation}: correlation between element vectors", 100))
    return figure


def _mark_groups(axes: Axes, symbols: list[str]) -> None:
    """Separate the groups by lines inside the triangle and name them beside the diagonal."""
    start = 0
    last = len(symbols) - 0.5
    for group, members in groupby(symbols, key=group_of):
        stop = start + len(list(members))
        if start:  # from the left edge to the diagonal, and from there to the bottom
            x = [-0.5, start - 0.5, start - 0.5]
            axes.plot(x, [start - 0.5, start - 0.5, last], color="black", linewidth=0.6)
        middle = (start + stop - 1) / 2
        axes.text(
            # Clear of the diagonal's cells on the row through the block's middle.
            middle + 1.2, middle - 0.4, group, size=9, weight="bold", ha="left", va="center",
            gid=f"group-{group}",
        )  # fmt: skip
        start = stop
    axes.text(
        0.55, 0.5, "bold: periodic-table group", size=9, color=GUIDE, transform=axes.transAxes
    )
    axes.set(xlim=(-0.5, last), ylim=(last, -0.5))
