"""Maps of points as an interactive figure: menus for the group of points, the map and the colouring."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from matxai.plotting.page import plain_numbers, write_page
from matxai.plotting.quantities import axis_label
from matxai.plotting.style import ABSENT, GUIDE, SEQUENTIAL, colour_stops

if TYPE_CHECKING:
    import pandas as pd

    from matxai.plotting.point_map import Colouring

DATA_FILES = ("map_page.js",)  # read by the staleness tracking


def point_group(
    name: str,
    table: pd.DataFrame,
    text: pd.Series,
    maps: Mapping[str, pd.DataFrame | str],
    colourings: list[Colouring],
) -> dict[str, Any]:
    """Make one entry of the first menu, JSON-plain: points with their maps and colourings.

    Args:
        name: What the menu calls it.
        table: One row per point, with the columns of ``colourings``.
        text: The heading of each point when hovered over.
        maps: By name, columns x, y and, optionally, same (how many points share the place), in the rows of
            ``table``; or the reason why there is none.
        colourings: What the points can be coloured by.
    """
    return {
        "name": name,
        "text": list(text),
        "maps": [{"name": key, **_places(places)} for key, places in maps.items()],
        "colours": [
            {
                "name": colouring.label,
                "values": _plain(table[colouring.column]),
                "ends": list(colouring.limits(table)),
            }
            | ({"categories": _categories(table, colouring)} if colouring.categories else {})
            for colouring in colourings
        ],
    }


def map_page(groups: list[dict[str, Any]], group_label: str = "") -> go.Figure:
    """Make the figure of some `point_group`; an empty ``group_label`` shows no menu for the only one."""
    figure = go.Figure()
    axis: dict[str, Any] = {"showticklabels": False, "showgrid": False, "zeroline": False}
    axis |= {"showline": True, "mirror": True, "linecolor": GUIDE}
    figure.update_layout(
        template="plotly_white",
        height=760,
        margin={"l": 40, "r": 20, "t": 36, "b": 40},
        xaxis={**axis, "title": {"text": axis_label("umap_1")}},
        yaxis={**axis, "title": {"text": axis_label("umap_2")}},
        meta={
            "groups": groups,
            "group_label": group_label,
            "absent": ABSENT,
            "scale": colour_stops(SEQUENTIAL),
        },
    )
    return figure


def write_map_page(figure: go.Figure, path: str | Path, title: str, caption: str) -> None:
    """Write the figure of `map_page` with the menus that make it one."""
    script = Path(__file__).with_name(DATA_FILES[0]).read_text(encoding="utf-8")
    write_page(figure, path, title, caption, script)


def _places(places: pd.DataFrame | str) -> dict[str, Any]:
    if isinstance(places, str):
        return {"skipped": places}
    columns: dict[str, Any] = {name: plain_numbers(places[name], 5) for name in "xy"}
    if "same" in places:
        columns["same"] = [int(count) for count in places["same"]]
    return columns


def _plain(values: pd.Series) -> list[Any]:
    """Numbers in five digits; texts as they are."""
    return plain_numbers(values, 5) if values.dtype.kind in "if" else list(values)


def _categories(table: pd.DataFrame, colouring: Colouring) -> list[list[str]]:
    """Name and colour of each category, then of the others that occur."""
    values = table[colouring.column]
    others = dict.fromkeys(values[~colouring.known(values)].unique(), ABSENT)
    return [list(pair) for pair in (others | colouring.colours()).items()]
