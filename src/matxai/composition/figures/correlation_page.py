"""The element-correlation map as an interactive figure: hover over a pair, zoom into a block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pymatgen.core.periodic_table import Element

from matxai.composition.elements.correlation import group_of
from matxai.composition.figures.quantities import axis_label
from matxai.plotting.heat_map_page import heat_map_page
from matxai.plotting.page import plain_numbers
from matxai.plotting.style import DIVERGING, colour_stops

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    import plotly.graph_objects as go

    from matxai.composition.elements.correlation import CorrelationMap


def correlation_page(views: Mapping[str, CorrelationMap]) -> go.Figure:
    """Make the plotly twin of ``correlation_map``: same triangle, order, colours and scale.

    Hovering shows symbol, name, atomic number and group of both elements and their correlation.

    Args:
        views: By their titles, such as ``full, by group``; the first one is shown.
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
