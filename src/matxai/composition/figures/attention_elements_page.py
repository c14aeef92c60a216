"""Which elements attend to which, as an interactive figure: choose layer and head, hover over a pair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from matxai.composition.attention.elements import ALL
from matxai.composition.figures.attention_elements import LIMIT, PairMap, pair_map, views_of
from matxai.plotting.heat_map_page import heat_map_page
from matxai.plotting.page import plain_numbers
from matxai.plotting.style import ABSENT, DIVERGING, colour_stops

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = ("ratio", "ci_low", "ci_high", "weight")


def element_attention_page(table: pd.DataFrame, minimum: int) -> go.Figure:
    """Make the plotly twin of `element_attention_map` with every layer and head.

    Hovering shows both elements, the ratio to uniform attention with its 95 % interval, the mean weight
    and the number of compositions.
    """
    maps = {view: pair_map(table, minimum, *view) for view in views_of(table)}
    first = maps[ALL, ALL]
    counts = plain_numbers(first.columns["compounds"], 9)
    axes = {"x": first.symbols, "y": first.symbols}
    few = go.Heatmap(
        **axes, z=plain_numbers(np.where(first.few, 0, np.nan), 1), showscale=False, hoverongaps=False,
        colorscale=[[0, ABSENT], [1, ABSENT]], customdata=counts,
        hovertemplate="%{y} attends to %{x}<br>too few compositions: %{customdata}<extra></extra>",
    )  # fmt: skip
    ticks = range(-LIMIT, LIMIT + 1)
    look = {
        **axes, "text": counts, "zmin": -LIMIT, "zmax": LIMIT, "hoverongaps": False,
        "colorscale": colour_stops(DIVERGING),
        "colorbar": {
            "title": {"text": "weight × number<br>of elements<br>(1: uniform)"}, "len": 0.5,
            "tickvals": list(ticks), "ticktext": [f"{2.0**tick:g}" for tick in ticks],
        },
        "hovertemplate": "<b>%{y}</b> attends to <b>%{x}</b><br>%{customdata[0]} times uniform (95 %: "
        "%{customdata[1]} to %{customdata[2]})<br>mean weight %{customdata[3]}<br>%{text} "
        "compositions<extra></extra>",
    }  # fmt: skip
    views = {
        "mean of all" if layer == ALL else f"layer {layer}, head {head}": _shown(pairs)
        for (layer, head), pairs in maps.items()
    }
    return heat_map_page(views, look, ("key element", "query element"), few)


def elements_caption(minimum: int, captured: str) -> str:
    """What the page says about itself; ``captured`` names the compounds."""
    return (
        "How strongly the query element (row) attends to the key element (column) by the weights that are "
        f"kept: weight times number of elements, averaged over the compositions of {captured} that hold "
        "both; 1 is uniform attention, intervals are 95 % t intervals over compositions. Grey: fewer than "
        f"{minimum} compositions; blank: none."
    )


def _shown(pairs: PairMap) -> dict[str, Any]:
    """Colours and hover numbers of one view."""
    shown = [
        plain_numbers(np.where(pairs.shown, pairs.columns[name], np.nan), 4) for name in _SHOWN
    ]
    numbers = [
        [None if row[0][i] is None else [part[i] for part in row] for i in range(len(row[0]))]
        for row in zip(*shown, strict=True)
    ]
    return {"z": plain_numbers(pairs.colour, 4), "customdata": numbers}
