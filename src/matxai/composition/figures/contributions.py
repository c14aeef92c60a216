"""Contributions of the elements: their means on the periodic table, their distributions as boxes."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from matxai.plotting import style
from matxai.plotting.intervals import draw_marks, legend_mark
from matxai.plotting.periodic_table import periodic_table, positions
from matxai.quantities import Quantity

_CROWDED = 16  # elements from which the figure of boxes is wide
_STATISTICS = ("mean", "ci_low", "ci_high", "p5", "p25", "p50", "p75", "p95")


@style.styled
def contribution_table(summary: pd.DataFrame, target: Quantity, title: str = "") -> Figure:
    """Draw the mean contribution of each element that is ``shown``, in the unit of ``target``.

    ``summary``: `contributions.marked`. The small number in a tile counts the compounds; an element
    that is not shown keeps it, on grey.
    """
    style.require_columns(summary, ("element", "compounds", "mean", "shown"), "contribution")
    shown = summary[summary["shown"].astype(bool)]
    quantity = Quantity(style.wrapped(f"Mean contribution to {target.label}", 44), unit=target.unit)
    means = dict(zip(shown["element"], shown["mean"].astype(float), strict=True))
    figure = periodic_table(means, quantity, title=title)
    axes = figure.axes[0]
    tiles = {tile.get_gid(): tile for tile in axes.patches if isinstance(tile, Rectangle)}
    for symbol, count in zip(summary["element"], summary["compounds"], strict=True):
        row, column = positions()[symbol]
        colour = style.text_colour(tiles[f"tile-{symbol}"].get_facecolor())
        colour = colour if symbol in means else style.GUIDE
        text = axes.text(column + 0.43, row - 0.44, f"{count}", size=5.5, color=colour)
        text.set(ha="right", va="top", gid=f"count-{symbol}")
    return figure


@style.styled
def contribution_boxes(summary: pd.DataFrame, target: Quantity, title: str = "") -> Figure:
    """Draw for each row of ``summary`` two boxes: contributions, and targets of its compounds.

    ``summary``: rows of `contributions.summarise`, drawn in their order. Boxes span the quartiles,
    whiskers 5 % to 95 %; the diamond is the mean with its 95 % interval. Classes have no boxes: with the
    columns of `contributions.with_class_shares` there is a square, the log-odds of the share of class 1.
    """
    classes = "target_log_odds" in summary
    kinds = [("", "contribution of the element", style.BLUE)]
    if not classes:
        kinds.append(("target_", "target of its compounds", style.ORANGE))
    columns = [f"{prefix}{name}" for prefix, _, _ in kinds for name in _STATISTICS]
    style.require_columns(summary, ("element", "compounds", *columns), "contribution")
    if summary.empty:
        message = "no element is held by enough compositions to show a distribution"
        return style.empty_figure(message)
    size = len(summary)
    figure = Figure(figsize=(style.LARGE_WIDTH if size > _CROWDED else style.FULL_WIDTH, 4.6))
    axes = figure.add_subplot()
    handles: list[Artist] = []
    for (prefix, label, colour), shift in zip(kinds, (-0.2, 0.2), strict=False):
        _boxes(axes, summary, prefix, colour, np.arange(size) + shift)
        handles.append(Rectangle((0, 0), 1, 1, facecolor=colour, alpha=0.6, label=label))
    if classes:
        columns = ["target_log_odds", "target_log_odds_ci_low", "target_log_odds_ci_high"]
        middle, low, high = (summary[column] for column in columns)
        look: dict[str, Any] = {"color": style.ORANGE, "markersize": 5, "gid": "target_log_odds"}
        draw_marks(axes, np.arange(size) + 0.2, middle, (low, high), "s", vertical=True, **look)
        label = "share of class 1 in its compounds, 95 %"
        handles.append(legend_mark(label, "s", "-", **look))
    names = zip(summary["element"], summary["compounds"], strict=True)
    axes.set_xticks(range(size), [f"{name}\n{count}" for name, count in names])
    axes.tick_params(axis="x", length=0, labelsize=8)
    axes.set_xlim(-0.6, max(size, 6) - 0.4)
    axes.set_xlabel("Element, and number of compounds that hold it")
    axes.set_ylabel(style.wrapped(target.axis(), 32))
    axes.grid(axis="y", linewidth=0.3)
    handles.append(legend_mark("mean, 95 % interval", "D", "-", color="black"))
    figure.legend(handles=handles, loc="outside upper right", ncols=3)
    axes.set_title(style.wrapped(title, 100), loc="left")
    return figure


def _boxes(axes: Axes, table: pd.DataFrame, prefix: str, colour: str, places: np.ndarray) -> None:
    """Draw one kind of boxes at ``places`` from the percentiles of the table, and the means."""
    keys = {"whislo": "p5", "q1": "p25", "med": "p50", "q3": "p75", "whishi": "p95"}
    table = table[[f"{prefix}{name}" for name in _STATISTICS]].set_axis(_STATISTICS, axis=1)
    axes.bxp(
        [{key: row[name] for key, name in keys.items()} for _, row in table.iterrows()],
        positions=places, widths=0.34, showfliers=False, patch_artist=True, manage_ticks=False,
        boxprops={"facecolor": colour, "edgecolor": colour, "alpha": 0.6},
        medianprops={"color": "white", "linewidth": 1.5},
        whiskerprops={"color": colour}, capprops={"color": colour},
    )  # fmt: skip
    draw_marks(
        axes, places, table["mean"], (table["ci_low"], table["ci_high"]), "D", vertical=True,
        color="black", markersize=3, zorder=5, gid=f"{prefix}mean",
    )  # fmt: skip
