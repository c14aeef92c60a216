"""Maps of points as an interactive figure: menus for the group of points, the map and the colouring."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from matxai.plotting.page import plain_numbers, write_page
from matxai.plotting.point_map import Colouring
from matxai.plotting.quantities import axis_label
from matxai.plotting.style import ABSENT, GUIDE, SEQUENTIAL, colour_stops

DATA_FILES = ("map_page.js",)  # read by the staleness tracking


def point_group(
    name: str, table: pd.DataFrame, text: pd.Series, maps: Mapping[str, pd.DataFrame | str],
    colourings: list[Colouring],
) -> dict[str, Any]:  # fmt: skip
    """Make one entry of the first menu, JSON-plain: points with their maps and colourings.

    Args:
        name: What the menu calls it.
        table: One row per point, with the columns of ``colourings``.
        text: The heading of each point when hovered over.
        maps: By name, columns x, y and, optionally, same (how many points share the place), in the rows of
            ``table``; or the reason why there is none.
        colourings: What the points can be coloured by.
    """
    colours = []
    for colouring in colourings:
        values = table[colouring.column]
        plain = plain_numbers(values, 5) if values.dtype.kind in "if" else list(values)
        entry = {"name": colouring.label, "values": plain, "ends": list(colouring.limits(table))}
        if colouring.categories:
            others = dict.fromkeys(values[~colouring.known(values)].unique(), ABSENT)
            names = others | colouring.colours()
            entry["categories"] = [list(pair) for pair in names.items()]
        colours.append(entry)
    places = [{"name": key, **_places(found)} for key, found in maps.items()]
    return {"name": name, "text": list(text), "maps": places, "colours": colours}


def map_page(groups: list[dict[str, Any]], group_label: str = "") -> go.Figure:
    """Make the figure of some `point_group`; an empty ``group_label`` shows no menu for the only one."""
    figure = go.Figure()
    axis: dict[str, Any] = {"showticklabels": False, "showgrid": False, "zeroline": False}
    axis |= {"showline": True, "mirror": True, "linecolor": GUIDE}
    figure.update_layout(
        template="plotly_white", height=760, margin={"l": 40, "r": 20, "t": 36, "b": 40},
        xaxis={**axis, "title": {"text": axis_label("umap_1")}},
        yaxis={**axis, "title": {"text": axis_label("umap_2")}},
        meta={"groups": groups, "group_label": group_label, "absent": ABSENT,
              "scale": colour_stops(SEQUENTIAL)},
    )  # fmt: skip
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
