"""The element-correlation map as an interactive figure: hover over a pair, zoom into a block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
from pymatgen.core.periodic_table import Element

from matxai.composition.elements.correlation import group_of
from matxai.plotting.page import plain_numbers
from matxai.plotting.quantities import axis_label
from matxai.plotting.style import DIVERGING, colour_stops

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from matxai.composition.elements.correlation import CorrelationMap


def correlation_page(views: Mapping[str, CorrelationMap]) -> go.Figure:
    """Make the plotly twin of ``correlation_map``: same triangle, order, colours and scale.

    ``views``: by their titles, such as ``full, by group``; a button each, the first one shown.
    Hovering shows symbol, name, atomic number and group of both elements and their correlation.
    """
    data = {title: _triangle(view.matrix) for title, view in views.items()}
    first = next(iter(data.values()))
    figure = go.Figure(
        go.Heatmap(
            **first,
            hoverinfo="text",
            hoverongaps=False,
            zmin=-1,
            zmax=1,
            colorscale=colour_stops(DIVERGING),
            colorbar={"title": {"text": axis_label("correlation")}, "len": 0.5},
        )
    )
    buttons = [
        {
            "label": title,
            "method": "restyle",
            "args": [{key: [values] for key, values in triangle.items()}],
        }
        for title, triangle in data.items()
    ]
    axis = {"tickmode": "linear", "tickfont": {"size": 8}, "showgrid": False, "zeroline": False}
    figure.update_layout(
        template="plotly_white",
        width=1150,
        height=1080,
        margin={"l": 40, "r": 20, "t": 60, "b": 40},
        xaxis={**axis, "constrain": "domain", "tickangle": -90},
        yaxis={**axis, "autorange": "reversed", "scaleanchor": "x", "constrain": "domain"},
        updatemenus=[
            {
                "type": "buttons",
                "direction": "right",
                "buttons": buttons,
                "x": 1,
                "xanchor": "right",
                "y": 1,
                "yanchor": "bottom",
            }
        ],
    )
    return figure


def _triangle(matrix: pd.DataFrame) -> dict[str, Any]:
    """The lower triangle as plotly takes it: z (elements, elements), x, y, and the hover text."""
    symbols = list(matrix.index)
    values = np.where(np.tril(np.ones(matrix.shape, dtype=bool)), matrix.to_numpy(), np.nan)
    names = [_described(symbol) for symbol in symbols]
    text = [
        [
            f"{names[row]}<br>{names[column]}<br>r = {values[row, column]:.3f}"
            if np.isfinite(values[row, column])
            else ""
            for column in range(len(symbols))
        ]
        for row in range(len(symbols))
    ]
    return {"z": plain_numbers(values, 3), "x": symbols, "y": symbols, "text": text}


def _described(symbol: str) -> str:
    """Write ``Si, silicon (Z 14, group 14)``."""
    element = Element(symbol)
    group = group_of(symbol)
    place = f"group {group}" if group.isdigit() else group
    return f"<b>{symbol}</b>, {element.long_name.lower()} (Z {element.Z}, {place})"
