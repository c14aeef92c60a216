"""How many compounds hold each element: bars, and the periodic table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from matxai.plotting.periodic_table import LAST, periodic_table
from matxai.plotting.quantities import axis_label, quantity
from matxai.plotting.style import (
    BLUE,
    FULL_WIDTH,
    LARGE_WIDTH,
    count_axis,
    empty_figure,
    require_columns,
    stagger,
    styled,
    wrapped,
)

if TYPE_CHECKING:
    import pandas as pd

_CROWDED = 60  # bars from which the figure is wide and its labels stand in two rows
_DECADES = 100.0  # ratio of largest to smallest count from which the axis is logarithmic


@styled
def prevalence_bars(
    prevalence: pd.DataFrame, order: str = "count", part: str = "whole", title: str = ""
) -> Figure:
    """Draw one bar an element of ``statistics.prevalence``, those with a count in ``part``.

    ``order`` is ``count`` (most frequent first) or ``number`` (atomic number). The axis turns
    logarithmic where counts span more than two decades.
    """
    table = _of_part(prevalence, part)
    keys = {"count": ["compounds", "atomic_number"], "number": ["atomic_number"]}
    if order not in keys:
        message = f"order '{order}' of prevalence bars is not one of {', '.join(keys)}"
        raise ValueError(message)
    if table.empty:
        return empty_figure(f"no compound in part '{part}': no element to count")
    table = table.sort_values(keys[order], ascending=[order == "number", True][: len(keys[order])])
    size = len(table)
    crowded = size > _CROWDED
    figure = Figure(figsize=(LARGE_WIDTH if crowded else FULL_WIDTH, 3.8))
    axes = figure.add_subplot()
    axes.bar(np.arange(size), table["compounds"], width=0.8, color=BLUE)
    axes.set_xticks(range(size), list(table["element"]))
    stagger(axes.xaxis, 7.5 if crowded else 9, 10 if size > _CROWDED / 2 else 0)
    axes.set_xlim(-0.8, max(size, 8) - 0.2)  # one element is a bar, not a wall
    if table["compounds"].max() > _DECADES * table["compounds"].min():
        axes.set_yscale("log")
        axes.set_ylim(bottom=0.7 * table["compounds"].min())
        count_axis(axes.yaxis)
    kind = "log scale" if axes.get_yscale() == "log" else ""
    axes.set_ylabel(wrapped(quantity("prevalence").axis(kind), 34))
    by = {"count": "most frequent first", "number": "by atomic number"}[order]
    axes.set_xlabel(f"Element, {by}")
    axes.set_title(wrapped(title, 90))
    return figure


def prevalence_table(prevalence: pd.DataFrame, part: str = "whole", title: str = "") -> Figure:
    """Draw the counts of ``part`` on the periodic table, colours on a log scale.

    Elements beyond Lr have no place there.
    """
    table = _of_part(prevalence, part)
    table = table[table["atomic_number"] <= LAST]
    counts = dict(zip(table["element"], table["compounds"].astype(float), strict=True))
    return periodic_table(counts, quantity("prevalence"), scale="log", title=wrapped(title, 90))


@styled
def element_count_bars(counts: pd.DataFrame, part: str = "whole", title: str = "") -> Figure:
    """Draw how many compounds have 1, 2, ... elements (``statistics.element_counts``)."""
    require_columns(counts, ("part", "elements", "compounds"), "element count")
    table = counts[counts["part"] == part]
    if not table["compounds"].sum():
        return empty_figure(f"no compound in part '{part}': no elements to count")
    figure = Figure(figsize=(FULL_WIDTH / 2, 3.2))
    axes = figure.add_subplot()
    bars = axes.bar(table["elements"], table["compounds"], color=BLUE)
    axes.bar_label(bars, size=7.5, padding=2)
    axes.set_xticks(table["elements"])
    axes.set(xlabel=axis_label("element_count"), ylabel=axis_label("compounds"))
    axes.set_xlim(0.4, max(int(table["elements"].max()), 4) + 0.6)
    axes.set_title(wrapped(title))
    return figure


def _of_part(prevalence: pd.DataFrame, part: str) -> pd.DataFrame:
    """Take the rows of one part that count at least one compound."""
    require_columns(prevalence, ("part", "element", "atomic_number", "compounds"), "prevalence")
    return prevalence[(prevalence["part"] == part) & (prevalence["compounds"] > 0)]
