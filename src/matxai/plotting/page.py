"""Interactive figures as pages that open without a network and never change without reason."""

import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from plotly.io import to_html

_FEW = 4  # maps that have a button each, side by side
# One figure a page, hence one name for it: plotly's own would be drawn at random each time.
DIV_ID = "figure"

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 "DejaVu Sans", Verdana, sans-serif; color: #222; margin: 1.5rem auto;
  max-width: 1200px; padding: 0 1rem; }}
h1 {{ font-size: 1.3rem; margin: 0; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{caption}</p>
{figure}
</body>
</html>
"""


def plain_numbers(values: ArrayLike, digits: int) -> list[Any]:
    """Nested lists of numbers in so many significant digits, None for NaN: JSON that stays small."""
    values = np.asarray(values)
    if values.ndim > 1:
        return [plain_numbers(row, digits) for row in values]
    return [None if np.isnan(v) else float(f"{v:.{digits}g}") for v in values.tolist()]


def write_page(
    figure: go.Figure, path: str | Path, title: str, caption: str, script: str = ""
) -> None:
    """Write a plotly figure as one file that holds everything it needs, plotly.js included.

    ``title`` and ``caption`` are plain text; ``script`` is JavaScript that runs once the figure is drawn
    and finds it as the element ``DIV_ID``. The same figure gives the same bytes.
    """
    body = to_html(
        figure, full_html=False, include_plotlyjs=True, include_mathjax=False, div_id=DIV_ID,
        auto_play=False, post_script=script or None,
        config={"displaylogo": False, "responsive": True, "plotlyServerURL": ""},
    )  # fmt: skip
    page = _PAGE.format(title=html.escape(title), caption=html.escape(caption), figure=body)
    Path(path).write_text(page, encoding="utf-8")


def heat_map_page(
    maps: Mapping[str, Mapping[str, Any]],
    look: Mapping[str, Any],
    names: tuple[str, str] = ("", ""),
    below: go.Heatmap | None = None,
) -> go.Figure:
    """Make a square heat map with a menu of its maps; its first row stands on top.

    ``maps``: what the heat map shows by the name in the menu, z (rows, columns), x, y, text, ... as plotly
    takes them; the first is shown. ``look``: what all share, such as colour scale and hover template.
    ``names``: what columns and rows are. ``below``: cells of one colour under those of the heat map.
    """
    first = next(iter(maps.values()))
    traces = [trace for trace in (below, go.Heatmap(**look, **first)) if trace is not None]
    buttons = [
        {"label": name, "method": "restyle",
         "args": [{key: [values] for key, values in entry.items()}, [len(traces) - 1]]}
        for name, entry in maps.items()
    ]  # fmt: skip
    side = int(np.clip(13 * len(first["z"]), 420, 1000))
    axis = {
        "tickmode": "linear", "tickfont": {"size": 9}, "showgrid": False, "zeroline": False,
        "constrain": "domain",
    }  # fmt: skip
    menu: dict[str, Any] = {"x": 0, "xanchor": "left", "y": 1.01, "yanchor": "bottom"}
    menu |= {"type": "buttons", "direction": "right"} if len(maps) <= _FEW else {}
    figure = go.Figure(traces)
    figure.update_layout(
        template="plotly_white", width=side + 180, height=side + 120,
        margin={"l": 60, "r": 20, "t": 60, "b": 60},
        xaxis={**axis, "title": {"text": names[0]}, "tickangle": -90},
        yaxis={**axis, "title": {"text": names[1]}, "autorange": "reversed", "scaleanchor": "x"},
        updatemenus=[{**menu, "buttons": buttons}],
    )  # fmt: skip
    return figure
