"""The element-correlation map: a lower triangle of element pairs, coloured from -1 to 1."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import Normalize

from matxai.composition.elements.correlation import group_of
from matxai.composition.figures.quantities import axis_label
from matxai.plotting.heat_map import draw_heat_map, heat_map_axes
from matxai.plotting.style import empty_figure, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from matxai.composition.elements.correlation import CorrelationMap


@styled
def correlation_map(view: CorrelationMap, representation: str) -> Figure:
    """Draw the diagonal and what lies below it; the colour scale is the same in every map.

    Lines and names mark the groups where elements are ordered by them. Pairs without a correlation are
    grey.

    Args:
        view: The correlations, from ``correlation_map_of``.
        representation: Name of the element vectors.
    """
    matrix = view.matrix
    lower = np.tril(np.ones(matrix.shape, bool))
    known = np.isfinite(matrix.to_numpy())
    if not (known & lower & ~np.eye(len(matrix), dtype=bool)).any():
        return empty_figure(f"{representation}: no two elements have a defined correlation")
    title = f"{representation}: correlation between element vectors"
    figure, axes = heat_map_axes(list(matrix.index), list(matrix.columns), title)
    values = np.where(lower, matrix.to_numpy(), np.nan)
    image = draw_heat_map(axes, values, Normalize(-1, 1), absent=lower & ~known)
    if view.grouped:
        _mark_groups(axes, list(matrix.index))

    # The triangle leaves the upper right corner free for everything that explains it.
    place = axes.inset_axes((0.58, 0.95, 0.4, 0.018))
    bar = figure.colorbar(image, cax=place, orientation="horizontal", ticks=[-1, -0.5, 0, 0.5, 1])
    notes = [axis_label("correlation")]
    notes += ["grey: no vector, or none that varies"] if (lower & ~known).any() else []
    notes += ["bold: periodic-table group"] if view.grouped else []
    bar.set_label("\n".join(notes))
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
