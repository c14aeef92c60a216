"""Element vectors: as lines, and their correlations as lower triangles, in figures and pages."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from pymatgen.core.periodic_table import Element

from matxai.composition.elements.correlation import (
    CorrelationMap,
    correlation_map_of,
    correlation_pairs,
    group_of,
)
from matxai.composition.figures.quantities import axis_label
from matxai.plotting import style
from matxai.plotting.heat_map import draw_heat_map, heat_map_axes
from matxai.plotting.intervals import legend_mark
from matxai.plotting.page import heat_map_page, plain_numbers, write_page
from matxai.run.progress import progress

_FEW = 60  # components up to which each one is marked by a dot
CAPTION = (
    "Pearson correlation between the vectors of each two elements, columns standardised over the "
    "elements shown. Absent elements are blank. Hover to read a pair; the buttons change the range "
    "and order of elements."
)


@style.styled
def correlation_map(correlation: CorrelationMap, representation: str) -> Figure:
    """Draw the diagonal and what lies below it; the colour scale is the same in every map.

    Lines and names mark the groups where elements are ordered by them. Pairs without a correlation are
    grey. ``correlation``: from ``correlation_map_of``; ``representation``: name of the element vectors.
    """
    matrix = correlation.matrix
    lower = np.tril(np.ones(matrix.shape, bool))
    known = np.isfinite(matrix.to_numpy())
    if not (known & lower & ~np.eye(len(matrix), dtype=bool)).any():
        return style.empty_figure(f"{representation}: no two elements have a defined correlation")
    title = f"{representation}: correlation between element vectors"
    figure, axes = heat_map_axes(list(matrix.index), list(matrix.columns), title)
    values = np.where(lower, matrix.to_numpy(), np.nan)
    image = draw_heat_map(axes, values, Normalize(-1, 1), absent=lower & ~known)
    if correlation.grouped:
        _mark_groups(axes, list(matrix.index))

    # The triangle leaves the upper right corner free for everything that explains it.
    place = axes.inset_axes((0.58, 0.95, 0.4, 0.018))
    bar = figure.colorbar(image, cax=place, orientation="horizontal", ticks=[-1, -0.5, 0, 0.5, 1])
    notes = [axis_label("correlation")]
    notes += ["grey: no vector, or none that varies"] if (lower & ~known).any() else []
    notes += ["bold: periodic-table group"] if correlation.grouped else []
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


def correlation_page(maps: Mapping[str, CorrelationMap]) -> go.Figure:
    """Make the plotly twin of ``correlation_map``: same triangle, order, colours and scale.

    Hovering shows symbol, name, atomic number and group of both elements and their correlation.
    ``maps``: by their titles, such as ``full, by group``; the first one is shown.
    """
    look = {
        "hoverinfo": "text", "hoverongaps": False, "zmin": -1, "zmax": 1,
        "colorscale": style.colour_stops(style.DIVERGING),
        "colorbar": {"title": {"text": axis_label("correlation").replace(" ", "<br>")}, "len": 0.5},
    }  # fmt: skip
    return heat_map_page({title: _triangle(each.matrix) for title, each in maps.items()}, look)


def _triangle(matrix: pd.DataFrame) -> dict[str, Any]:
    """The lower triangle as plotly takes it: z (elements, elements), x, y, and the hover text."""
    symbols = list(matrix.index)
    values = np.where(np.tril(np.ones(matrix.shape, dtype=bool)), matrix.to_numpy(), np.nan)
    names = [_described(symbol) for symbol in symbols]
    text = [["" for _ in names] for _ in names]
    for row, column in np.argwhere(np.isfinite(values)).tolist():
        text[row][column] = f"{names[row]}<br>{names[column]}<br>r = {values[row, column]:.3f}"
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
            style.save(correlation_map(shown, name), figure)
        write_page(correlation_page(drawn), page, f"Element correlation: {name}", CAPTION)


@style.styled
def element_vectors(representations: Mapping[str, pd.DataFrame], elements: Sequence[str]) -> Figure:
    """Draw the vectors of ``elements``, one panel per representation.

    ``representations``: name -> vectors, index element symbols. Values are drawn as they are; pass
    ``correlation.standardise`` tables where columns differ in unit, as in magpie. A missing value
    leaves a gap; an element that a representation lacks is named above its panel.
    """
    if not representations:
        return style.empty_figure("no representation holds element vectors")
    figure = Figure(figsize=(style.FULL_WIDTH, 0.9 + 1.9 * len(representations)))
    panels = figure.subplots(len(representations), squeeze=False)[:, 0]
    for axes, (name, vectors) in zip(panels, representations.items(), strict=True):
        marker, width = ("o", 1.2) if vectors.shape[1] <= _FEW else (None, 0.8)
        look: dict[str, Any] = {"marker": marker, "markersize": 3, "linewidth": width}
        for place, element in enumerate(elements):
            if element in vectors.index:
                values = vectors.loc[element].to_numpy(dtype=float)
                axes.plot(values, color=f"C{place}", alpha=0.85, **look)
        absent = [element for element in elements if element not in vectors.index]
        lacks = f"; no vector of {', '.join(absent)}" if absent else ""
        title = f"{name} ({vectors.shape[1]} components{lacks})"
        axes.set_title(style.wrapped(title, 90), loc="left")
        axes.set_ylabel(axis_label("vector_value"))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.margins(x=0.01)
    panels[-1].set_xlabel(axis_label("component"))
    # Every element stands in the legend, also one that no panel could draw.
    handles = [legend_mark(e, "", "-", color=f"C{i}") for i, e in enumerate(elements)]
    figure.legend(handles=handles, loc="outside upper right", ncols=min(len(elements), 10))
    return figure
