"""UMAPs of an element (local) and of whole compositions (global), and how far they can be trusted."""

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from matxai.composition.elements.electronegativity import IONIC, NOT_IONIC, UNKNOWN
from matxai.composition.figures.quantities import axis_label
from matxai.plotting import style
from matxai.plotting.image_grid import panel_grid, row_bar
from matxai.plotting.intervals import legend_mark
from matxai.plotting.point_map import Colouring, colour_bar, draw_points, map_page, point_group
from matxai.quantities import Quantity

KIND_NAMES = {"value": "value", "context": "output"}
_SIDE = 1.75  # inches of a panel
_MARGINS = {
    "left": 0.03, "right": 0.985, "bottom": 0.035, "top": 0.855, "wspace": 0.1, "hspace": 0.38,
}  # fmt: skip
_LOOKS = {  # of the kinds of maps; they stand beside each other
    "value": (-0.27, style.BLUE, "o", "an element's values"),
    "context": (0, style.ORANGE, "s", "an element's outputs"),
    "collapsed": (0.27, style.VERMILION, "D", "whole compounds"),
}


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
    table = points.drop(columns=["layer", "kind", "point", "x", "y"]).drop_duplicates("reduced")
    for (layer, kind), one in points.groupby(["layer", "kind"], sort=False):
        places = one[["reduced", "x", "y"]].round(4)
        names = {axis: f"layer{layer}_{kind}_{axis}" for axis in "xy"}
        table = table.merge(places.rename(columns=names), on="reduced", validate="one_to_one")
    return table


@style.styled
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
    style.require_columns(points, used, "local UMAP")
    counts = ("available", "compositions", "points")
    style.require_columns(maps, ("layer", "kind", *counts, "skipped"), "local UMAP")
    if (maps["skipped"] != "").all():
        return style.empty_figure(f"{title}: {maps['skipped'].iloc[0]}")
    title = f"{title}; {shown_of(maps)}"
    shape = len(colourings), len(maps)
    figure, grid = panel_grid(*shape, (_SIDE, _SIDE), title, left=0.35, right=1.45, below=0.3)
    for panels, one in zip(grid.T, maps.to_dict("records"), strict=True):
        _column(list(panels), points, one, colourings)
    for colouring, panels in zip(colourings, grid, strict=True):
        beside = row_bar(figure, panels[-1:], 0.12)
        values = points[colouring.column]
        colour_bar(figure, colouring, colouring.limits(points), values, cax=beside)
        beside.tick_params(labelsize=8)
        beside.yaxis.label.set_fontsize(8)
        next(axes for axes in panels if axes.collections).set_ylabel(axis_label("umap_2"), size=8)
    return figure


def _name(one: dict[Hashable, Any]) -> str:
    kind = KIND_NAMES.get(one.get("kind", ""))
    return f"layer {one['layer']}, {kind}" if kind else f"layer {one['layer']}"


def _of_map(points: pd.DataFrame, one: dict[Hashable, Any]) -> pd.DataFrame:
    """The points of a map; global ones have no kind."""
    keys = [key for key in ("layer", "kind") if key in points]
    return points[(points[keys] == [one[key] for key in keys]).all(axis=1)]


def _column(
    panels: list[Axes], points: pd.DataFrame, one: dict[Hashable, Any], colourings: list[Colouring]
) -> None:
    """Draw one map once for each colouring."""
    panels[0].set_title(f"{_name(one)}\n{one['points']} points", size=9)
    if one["skipped"]:
        for axes in panels:
            axes.set_axis_off()
        text, place = style.wrapped(one["skipped"], 20), panels[0].transAxes
        panels[0].text(0.5, 0.5, text, transform=place, ha="center", va="center", size=8)
        return
    shown = ["x", "y", *(colouring.column for colouring in colourings)]
    merged = _of_map(points, one).groupby("point")[shown].mean()
    for axes, colouring in zip(panels, colourings, strict=True):
        places = merged[["x", "y"]].to_numpy()
        draw_points(axes, places, merged[colouring.column], colouring, colouring.limits(points))
        axes.spines[["top", "right"]].set_visible(True)
        axes.spines[:].set_linewidth(0.5)
    panels[-1].set_xlabel(axis_label("umap_1"), size=8)


def global_colourings(target: Quantity) -> list[Colouring]:
    """What the points of a global map are coloured by; target and prediction share their scale."""
    both = ("target", "prediction")
    return [
        Colouring("target", target.axis("true"), both),
        Colouring("prediction", target.axis("predicted"), both),
        Colouring("error", axis_label("absolute_error", target.unit)),
        Colouring("elements", axis_label("element_count"), clipped=False),
        Colouring("en_deviation", axis_label("en_deviation")),
        Colouring("ionic", axis_label("en_difference"), categories=(IONIC, NOT_IONIC)),
    ]


@style.styled
def global_umap_figure(
    points: pd.DataFrame, maps: pd.DataFrame, target: Quantity, title: str = ""
) -> Figure:
    """Draw the map of a layer: its rows of `Maps.global_points`, and its one of the stability."""
    colourings = global_colourings(target)
    if maps["skipped"].iloc[0]:
        return style.empty_figure(f"{title}: {maps['skipped'].iloc[0]}")
    columns = ("x", "y", *(colouring.column for colouring in colourings))
    style.require_columns(points, columns, "global UMAP")
    figure = Figure(figsize=(style.LARGE_WIDTH, 9.2))
    # Fixed margins: a panel with a legend is as large as one with a colour bar.
    figure.set_layout_engine("none")
    panels = figure.subplots(2, 3, gridspec_kw=_MARGINS)
    places = points[["x", "y"]].to_numpy()
    for axes, colouring in zip(panels.flat, colourings, strict=True):
        ends, values = colouring.limits(points), points[colouring.column]
        draw_points(axes, places, values, colouring, ends)
        axes.set(xlabel=axis_label("umap_1"), ylabel=axis_label("umap_2"))
        if colouring.categories:
            names = colouring.colours() | {UNKNOWN: style.ABSENT}
            marks = [legend_mark(name, color=names[name], markersize=6) for name in names]
            # Above the panel, where the others have their colour bar.
            legend = axes.legend(
                handles=marks, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3
            )
            legend.set_title(style.wrapped(colouring.label, 44))
            continue
        above = axes.inset_axes((0, 1.04, 1, 0.035))
        look = {"cax": above, "orientation": "horizontal", "ticklocation": "top"}
        bar = colour_bar(figure, colouring, ends, values, **look)
        if colouring.column == "elements":
            bar.set_ticks(range(int(ends[0]), int(ends[1]) + 1))
    figure.suptitle(style.wrapped(f"{title}; {shown_of(maps)}", 110), size=11, y=0.985)
    return figure


def local_page(points: pd.DataFrame, maps: pd.DataFrame, target: Quantity) -> go.Figure:
    """Make the page of all local maps, with menus of elements, maps and colours.

    ``points``: rows of `Maps.local_points`; ``maps``: their rows of the stability.
    """
    colourings = local_colourings(target)
    groups = [
        _group(str(element), points[points["element"] == element], mine, colourings)
        for element, mine in maps.groupby("element", sort=False)
    ]
    return map_page(groups, "Element")


def global_page(points: pd.DataFrame, maps: pd.DataFrame, target: Quantity) -> go.Figure:
    """Make the page of all global maps, with menus of layers and colours; as `local_page`."""
    return map_page([_group("all", points, maps, global_colourings(target))])


def _group(
    name: str, points: pd.DataFrame, maps: pd.DataFrame, colourings: list[Colouring]
) -> dict[str, Any]:
    """The maps of one set of compositions; where points coincide, with their number at each place."""
    table = points.drop_duplicates("reduced").reset_index(drop=True)
    places_of: dict[str, pd.DataFrame | str] = {}
    for one in maps.to_dict("records"):
        places = one["skipped"]
        if not places:
            places = _of_map(points, one).set_index("reduced").loc[table["reduced"]]
            if "point" in places and not places["point"].is_unique:
                places["same"] = places.groupby("point")["x"].transform("size")
        places_of[_name(one)] = places
    several = table["compounds"].map(lambda count: f", {count} compounds" if count > 1 else "")
    text = table["formula"] + " (" + table["part"] + several.astype(str) + ")"  # also of no rows
    return point_group(name, table, text, places_of, colourings)


@style.styled
def stability_figure(maps: pd.DataFrame, title: str = "") -> Figure:
    """Draw trustworthiness and overlap between seeds of each map by layer.

    ``maps``: `Maps.stability`. A line marks the median over elements; a grey dash what unrelated
    maps of as many points would share. All seeds have the same start, see `umap.fit.Map`.
    """
    shown = ("trustworthiness", "overlap")
    style.require_columns(maps, ("layer", "kind", "chance", *shown), "map stability")
    maps = maps[maps["trustworthiness"].notna()]
    if maps.empty:
        return style.empty_figure("no map had enough points")
    figure = Figure(figsize=(style.FULL_WIDTH, 3.8))
    panels = figure.subplots(ncols=2)
    dots, chance = {"markersize": 3.5, "alpha": 0.8}, {"color": style.GUIDE, "markersize": 4}
    for axes, column in zip(panels, shown, strict=True):
        for kind, (shift, colour, mark, label) in _LOOKS.items():
            for layer, table in maps[maps["kind"] == kind].groupby("layer"):
                middle = float(np.asarray(layer)) + shift
                # Side by side in the order of the elements: equal values would hide each other.
                x = middle + np.linspace(-0.09, 0.09, len(table)) * (len(table) > 1)
                if column == "overlap":
                    axes.plot(x, table["chance"], "_", label="chance", **chance)
                axes.plot(x, table[column], mark, color=colour, label=label, **dots)
                if len(table) > 1:
                    ends = middle - 0.12, middle + 0.12
                    axes.hlines(table[column].median(), *ends, color="black", label="median")
        axes.set(xlabel="Layer", ylabel=style.wrapped(axis_label(column), 30))
        axes.set_xticks(sorted(maps["layer"].unique()))
        axes.grid(axis="y", linewidth=0.3)
    panels[0].set_ylim(top=1.005)
    if maps["overlap"].isna().all():
        text, place = "one seed: nothing to compare", panels[1].transAxes
        panels[1].text(0.5, 0.5, text, transform=place, ha="center")
    panels[1].set_ylim(0, 1)
    handles, labels = panels[1].get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    figure.legend(unique.values(), unique.keys(), loc="outside lower center", ncols=5)
    return style.titled(figure, title)
