"""How far the maps can be trusted: neighbours kept from the space of vectors, and between seeds."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from matxai.composition.figures.quantities import axis_label
from matxai.plotting import style

_LOOKS = {
    "value": (style.BLUE, "o", "an element's values"),
    "context": (style.ORANGE, "s", "an element's outputs"),
    "collapsed": (style.VERMILION, "D", "whole compounds"),
}


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
    for axes, column in zip(panels, shown, strict=True):
        for shift, kind in zip((-0.27, 0, 0.27), _LOOKS, strict=True):
            _kind(axes, maps[maps["kind"] == kind], kind, column, shift)
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


def _kind(axes: Axes, maps: pd.DataFrame, kind: str, column: str, shift: float) -> None:
    colour, mark, label = _LOOKS[kind]
    for layer, table in maps.groupby("layer"):
        middle = float(np.asarray(layer)) + shift
        # Side by side in the order of the elements: equal values would hide each other.
        x = middle + np.linspace(-0.09, 0.09, len(table)) * (len(table) > 1)
        if column == "overlap":
            axes.plot(x, table["chance"], "_", color=style.GUIDE, markersize=4, label="chance")
        axes.plot(x, table[column], mark, color=colour, markersize=3.5, alpha=0.8, label=label)
        if len(table) > 1:
            ends = middle - 0.12, middle + 0.12
            axes.hlines(table[column].median(), *ends, color="black", label="median")
