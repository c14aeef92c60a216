"""The local and global UMAPs as interactive pages: hover over a point to read its formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matxai.composition.figures.umap_global import global_colourings
from matxai.composition.figures.umap_local import KIND_NAMES, local_colourings
from matxai.plotting.map_page import map_page, point_group

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from matxai.quantities import Quantity


def local_page(points: pd.DataFrame, maps: pd.DataFrame, target: Quantity) -> go.Figure:
    """Make the page of all local maps, with menus of elements, maps and colours.

    Args:
        points: Rows of `Maps.local_points`.
        maps: Their rows of the stability.
        target: What the target is called.
    """
    colourings = local_colourings(target)
    groups = []
    for element, mine in maps.groupby("element", sort=False):
        held = points[points["element"] == element]
        table = held.drop_duplicates("reduced").reset_index(drop=True)
        views: dict[str, pd.DataFrame | str] = {}
        for one in mine.to_dict("records"):
            found = held[(held["layer"] == one["layer"]) & (held["kind"] == one["kind"])]
            name = f"layer {one['layer']}, {KIND_NAMES[one['kind']]}"
            views[name] = one["skipped"] or _places(found, table)
        groups.append(point_group(str(element), table, _heading(table), views, colourings))
    return map_page(groups, "Element")


def global_page(points: pd.DataFrame, maps: pd.DataFrame, target: Quantity) -> go.Figure:
    """Make the page of all global maps, with menus of layers and colours; as `local_page`."""
    table = points.drop_duplicates("reduced").reset_index(drop=True)
    views: dict[str, pd.DataFrame | str] = {}
    for one in maps.to_dict("records"):
        found = points[points["layer"] == one["layer"]]
        views[f"layer {one['layer']}"] = one["skipped"] or _places(found, table)
    return map_page([point_group("all", table, _heading(table), views, global_colourings(target))])


def _places(found: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Coordinates in the rows of ``table``, with the number of points at each place if any coincide."""
    places = found.set_index("reduced").loc[table["reduced"]].reset_index()
    if "point" not in places or places["point"].is_unique:
        return places[["x", "y"]]
    return places[["x", "y"]].assign(same=places.groupby("point")["x"].transform("size"))


def _heading(table: pd.DataFrame) -> pd.Series:
    several = table["compounds"].map(lambda count: f", {count} compounds" if count > 1 else "")
    return table["formula"] + " (" + table["part"] + several.astype(str) + ")"  # also of no rows
