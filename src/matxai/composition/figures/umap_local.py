"""The local UMAPs of an element: layers and kinds of vector side by side, colourings below each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matxai.composition.figures.quantities import axis_label
from matxai.plotting.image_grid import panel_grid, row_bar
from matxai.plotting.point_map import Colouring, colour_bar, draw_points, say
from matxai.plotting.style import empty_figure, require_columns, styled

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from matxai.quantities import Quantity

KIND_NAMES = {"value": "value", "context": "output"}
_SIDE = 1.75  # inches of a panel


def local_colourings(target: Quantity) -> list[Colouring]:
    """What the points of a local map are coloured by; target and prediction share their scale."""
    both = ("target", "prediction")
    return [
        Colouring("fraction", axis_label("molar_fraction")),
        Colouring("target", target.axis("true"), both),
        Colouring("prediction", target.axis("predicted"), both),
        Colouring("oxidation_state", axis_label("oxidation_state"), clipped=False),
    ]


def shown_of(maps: pd.DataFrame) -> str:
    """How many compositions the maps show, and of how many where not of all."""
    shown, available = int(maps["compositions"].iloc[0]), int(maps["available"].iloc[0])
    of = "" if shown == available else f" of {available:,}, drawn at random"
    return f"{shown:,} compositions{of}"


def one_row_each(points: pd.DataFrame) -> pd.DataFrame:
    """Local maps of one element with one row per composition; x and y of each map have their own columns.

    ``points``: rows of `Maps.local_points`. The columns are named such as ``layer1_value_x``.
    """
    maps = ["layer", "kind"]
    table = points.drop(columns=[*maps, "point", "x", "y"]).drop_duplicates("reduced")
    for (layer, kind), one in points.groupby(maps, sort=False):
        places = one[["reduced", "x", "y"]].round(4)
        names = {axis: f"layer{layer}_{kind}_{axis}" for axis in "xy"}
        table = table.merge(places.rename(columns=names), on="reduced", validate="one_to_one")
    return table


@styled
def local_umap_figure(
    points: pd.DataFrame, maps: pd.DataFrame, target: Quantity, title: str = ""
) -> Figure:
    """Draw all maps of one element.

    ``points`` and ``maps``: the element's rows of `Maps.local_points` and of its stability. A row of
    ``maps`` is a column of panels, empty where the map was skipped. Compositions that share a vector are
    one point with the mean of their values. No number stands on the axes: UMAP's have no unit.
    """
    colourings = local_colourings(target)
    used = ("layer", "kind", "point", "x", "y", *(colouring.column for colouring in colourings))
    require_columns(points, used, "local UMAP")
    counts = ("available", "compositions", "points")
    require_columns(maps, ("layer", "kind", *counts, "skipped"), "local UMAP")
    if (maps["skipped"] != "").all():
        return empty_figure(f"{title}: {maps['skipped'].iloc[0]}")
    title = f"{title}; {shown_of(maps)}"
    figure, grid = panel_grid(
        len(colourings), len(maps), (_SIDE, _SIDE), title, left=0.35, right=1.45, below=0.3
    )
    for panels, one in zip(grid.T, maps.to_dict("records"), strict=True):
        _column(list(panels), points, one, colourings)
    for colouring, panels in zip(colourings, grid, strict=True):
        beside = row_bar(figure, panels[-1:], 0.12)
        values = points[colouring.column]
        colour_bar(figure, colouring, colouring.limits(points), values, cax=beside)
        beside.tick_params(labelsize=8)
        beside.yaxis.label.set_fontsize(8)
        first = next(axes for axes in panels if axes.collections)
        first.set_ylabel(axis_label("umap_2"), size=8)
    return figure


def _column(
    panels: list[Axes], points: pd.DataFrame, one: dict[Hashable, Any], colourings: list[Colouring]
) -> None:
    """Draw one map once for each colouring."""
    name = f"layer {one['layer']}, {KIND_NAMES[one['kind']]}"
    panels[0].set_title(f"{name}\n{one['points']} points", size=9)
    if one["skipped"]:
        for axes in panels:
            axes.set_axis_off()
        return say(panels[0], one["skipped"])
    mine = points[(points["layer"] == one["layer"]) & (points["kind"] == one["kind"])]
    shown = ["x", "y", *(colouring.column for colouring in colourings)]
    merged = mine.groupby("point")[shown].mean()
    for axes, colouring in zip(panels, colourings, strict=True):
        places = merged[["x", "y"]].to_numpy()
        draw_points(axes, places, merged[colouring.column], colouring, colouring.limits(points))
        axes.spines[["top", "right"]].set_visible(True)
        axes.spines[:].set_linewidth(0.5)
    panels[-1].set_xlabel(axis_label("umap_1"), size=8)
    return None
