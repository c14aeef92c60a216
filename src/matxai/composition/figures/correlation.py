"""The element-correlation map: a lower triangle of element pairs, coloured from -1 to 1."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure

from matxai.composition.data.formulas import HEAVIEST
from matxai.composition.elements.correlation import group_of
from matxai.plotting import style
from matxai.plotting.quantities import axis_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from matxai.composition.elements.correlation import CorrelationMap

_READABLE = 6.5, 10.0  # points: smallest and largest tick label


@style.styled
def correlation_map(view: CorrelationMap, representation: str) -> Figure:
    """Draw a view of ``correlation_map_of``, the diagonal and what lies below it.

    Lines and names mark the groups where elements are ordered by them. Pairs without a correlation are
    grey. The colour scale is the same in every map.
    """
    matrix, size = view.matrix, len(view.matrix)
    if not np.isfinite(matrix.to_numpy()[np.tril_indices(size, k=-1)]).any():
        return style.empty_figure(f"{representation}: no two elements have a defined correlation")
    values = np.ma.array(matrix.to_numpy(), mask=np.triu(np.ones((size, size), bool), k=1))
    undefined = np.ma.array(np.zeros((size, size)), mask=values.mask | np.isfinite(values.data))

    # Fixed margins: laying out 200 tick labels automatically takes as long as drawing them.
    width = float(np.clip(size * style.LARGE_WIDTH / HEAVIEST, style.HALF_WIDTH, style.LARGE_WIDTH))
    figure = Figure(figsize=(width, width))
    figure.set_layout_engine("none")
    side = 1 - 1 / width  # an inch for the labels, left and below, and for the title
    axes = figure.add_axes((0.5 / width, 0.45 / width, side, side), aspect="equal")
    axes.imshow(undefined, cmap=ListedColormap([style.ABSENT]), label="absent")
    image = axes.imshow(
        np.ma.masked_invalid(values),
        cmap=style.DIVERGING,
        norm=Normalize(-1, 1),
        label="correlation",
    )
    axes.spines[:].set_visible(False)
    font = float(np.clip(700 / size, *_READABLE))
    for axis, names in ((axes.xaxis, matrix.columns), (axes.yaxis, matrix.index)):
        axis.set_ticks(range(size), list(names))
        style.stagger(axis, font, 1.6 * font if size > 60 else 0)
    if view.grouped:
        _mark_groups(axes, list(matrix.index))

    # The triangle leaves the upper right corner free for everything that explains it.
    place = axes.inset_axes((0.58, 0.95, 0.4, 0.018))
    bar = figure.colorbar(image, cax=place, orientation="horizontal", ticks=[-1, -0.5, 0, 0.5, 1])
    notes = [axis_label("correlation")]
    notes += ["grey: no vector, or none that varies"] if undefined.count() else []
    notes += ["bold: periodic-table group"] if view.grouped else []
    bar.set_label("\n".join(notes))
    title = f"{representation}: correlation between element vectors"
    figure.suptitle(style.wrapped(title, int(9 * width)), y=1 - 0.05 / width, va="top", size=11)
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
        middle = (start + stop - 1) // 2
        axes.annotate(
            group, (middle + 0.5, middle - 0.5), (3, 0), textcoords="offset points", size=9,
            weight="bold", ha="left", va="center", gid=f"group-{group}",
        )  # fmt: skip
        start = stop
    axes.set(xlim=(-0.5, last), ylim=(last, -0.5))
