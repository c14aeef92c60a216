"""A heat map as an interactive figure: choose a view, hover over a cell, zoom into a block."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

_FEW = 4  # views that have a button each, side by side


def heat_map_page(
    views: Mapping[str, Mapping[str, Any]],
    look: Mapping[str, Any],
    names: tuple[str, str] = ("", ""),
    below: go.Heatmap | None = None,
) -> go.Figure:
    """Make a square heat map with a menu of its views; its first row stands on top.

    ``views``: what the heat map shows by the name in the menu, z (rows, columns), x, y, text, ... as plotly
    takes them; the first is shown. ``look``: what all share, such as colour scale and hover template.
    ``names``: what columns and rows are. ``below``: cells of one colour under those of the heat map.
    """
    first = next(iter(views.values()))
    traces = [trace for trace in (below, go.Heatmap(**look, **first)) if trace is not None]
    buttons = [
        {"label": name, "method": "restyle",
         "args": [{key: [values] for key, values in view.items()}, [len(traces) - 1]]}
        for name, view in views.items()
    ]  # fmt: skip
    side = int(np.clip(13 * len(first["z"]), 420, 1000))
    axis = {
        "tickmode": "linear", "tickfont": {"size": 9}, "showgrid": False, "zeroline": False,
        "constrain": "domain",
    }  # fmt: skip
    menu: dict[str, Any] = {"x": 0, "xanchor": "left", "y": 1.01, "yanchor": "bottom"}
    menu |= {"type": "buttons", "direction": "right"} if len(views) <= _FEW else {}
    figure = go.Figure(traces)
    figure.update_layout(
        template="plotly_white", width=side + 180, height=side + 120,
        margin={"l": 60, "r": 20, "t": 60, "b": 60},
        xaxis={**axis, "title": {"text": names[0]}, "tickangle": -90},
        yaxis={**axis, "title": {"text": names[1]}, "autorange": "reversed", "scaleanchor": "x"},
        updatemenus=[{**menu, "buttons": buttons}],
    )  # fmt: skip
    return figure
