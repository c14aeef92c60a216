"""Element-correlation maps: lower triangles of pairs, coloured from -1 to 1, as figures and pages."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from pymatgen.core.periodic_table import Element

from matxai.composition.elements.correlation import (
    CorrelationMap,
    correlation_map_of,
    correlation_pairs,
    group_of,
)
from matxai.composition.figures.quantities import axis_label
from matxai.plotting.heat_map import draw_heat_map, heat_map_axes
from matxai.plotting.heat_map_page import heat_map_page
from matxai.plotting.page import plain_numbers, write_page
from matxai.plotting.style import DIVERGING, colour_stops, empty_figure, save, styled
from matxai.run.progress import progress

CAPTION = (
    "Pearson correlation between the vectors of each two elements, columns standardised over the "
    "elements shown. Absent elements are blank. Hover to read a pair; the buttons change the range "
    "and order of elements."
)


@styled
def correlation_map(view: CorrelationMap, representation: str) -> Figure:
    """Draw the diagonal and what lies below it; the colour scale is the same in every map.

    Lines and names mark the groups where elements are ordered by them. Pairs without a correlation are
    grey. ``view``: from ``correlation_map_of``; ``representation``: name of the element vectors.
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


def correlation_page(views: Mapping[str, CorrelationMap]) -> go.Figure:
    """Make the plotly twin of ``correlation_map``: same triangle, order, colours and scale.

    Hovering shows symbol, name, atomic number and group of both elements and their correlation.
    ``views``: by their titles, such as ``full, by group``; the first one is shown.
    """
    look = {
        "hoverinfo": "text", "hoverongaps": False, "zmin": -1, "zmax": 1,
        "colorscale": colour_stops(DIVERGING),
        "colorbar": {"title": {"text": axis_label("correlation").replace(" ", "<br>")}, "len": 0.5},
    }  # fmt: skip
    return heat_map_page({title: _triangle(view.matrix) for title, view in views.items()}, look)


def _triangle(matrix: pd.DataFrame) -> dict[str, Any]:
    """The lower triangle as plotly takes it: z (elements, elements), x, y, and the hover text."""
    symbols = list(matrix.index)
    values = np.where(np.tril(np.ones(matrix.shape, dtype=bool)), matrix.to_numpy(), np.nan)
    names = [_described(symbol) for symbol in symbols]
    text = [
        [
            f"{row}<br>{column}<br>r = {value:.3f}" if np.isfinite(value) else ""
            for column, value in zip(names, line, strict=True)
        ]
        for row, line in zip(names, values, strict=True)
    ]
    return {"z": plain_numbers(values, 3), "x": symbols, "y": symbols, "text": text}


def _described(symbol: str) -> str:
    """Write ``Si, silicon (Z 14, group 14)``."""
    element = Element(symbol)
    group = group_of(symbol)
    place = f"group {group}" if group.isdigit() else group
    return f"<b>{symbol}</b>, {element.long_name.lower()} (Z {element.Z}, {place})"


def save_correlation_maps(
    vectors: Sequence[pd.DataFrame], names: Sequence[str], maps: Mapping[str, str], output: Any
) -> None:
    """Write ``output.figures``, ``output.tables`` (representation by representation) and ``output.pages``.

    ``vectors`` and ``names``: one table of element vectors and one name, for titles, per representation.
    ``maps``: the title of each map by its name, such as ``uranium_group``. ``output`` holds paths: one
    figure and one table for each representation and map, one page for each representation.
    """
    files = zip(output.figures, output.tables, strict=True)
    tables = progress(vectors, "representations")
    for table, name, page in zip(tables, names, output.pages, strict=True):
        drawn = {title: correlation_map_of(table, key) for key, title in maps.items()}
        for shown in drawn.values():
            figure, values = next(files)
            correlation_pairs(shown.matrix, shown.columns).to_csv(values, index=False)
            save(correlation_map(shown, name), figure)
        write_page(correlation_page(drawn), page, f"Element correlation: {name}", CAPTION)
