"""How many compounds hold each element: bars, and the periodic table."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from matxai.composition.data.statistics import WHOLE
from matxai.composition.figures.element_axis import element_axis
from matxai.composition.figures.quantities import axis_label, quantity
from matxai.plotting import style
from matxai.plotting.periodic_table import periodic_table

_DECADES = 100.0  # ratio of largest to smallest count from which the axis is logarithmic


@style.styled
def prevalence_bars(prevalence: pd.DataFrame, order: str = "count", title: str = "") -> Figure:
    """Draw one bar per element of ``statistics.prevalence``: counts over the whole data set.

    ``order`` is ``count`` (most frequent first) or ``number`` (atomic number). The axis turns
    logarithmic where counts span more than two decades.
    """
    table = _of_whole(prevalence)
    keys = {"count": ["compounds", "atomic_number"], "number": ["atomic_number"]}
    if order not in keys:
        raise ValueError(f"order '{order}' of prevalence bars is not one of {', '.join(keys)}")
    if table.empty:
        return style.empty_figure("no compound: no element to count")
    table = table.sort_values(keys[order], ascending=[key != "compounds" for key in keys[order]])
    by = {"count": "most frequent first", "number": "by atomic number"}[order]
    figure, axes = element_axis(list(table["element"]), 3.8, by)
    axes.bar(np.arange(len(table)), table["compounds"], width=0.8, color=style.BLUE)
    if table["compounds"].max() > _DECADES * table["compounds"].min():
        axes.set_yscale("log")
        axes.set_ylim(bottom=0.7 * table["compounds"].min())
        style.count_axis(axes.yaxis)
    kind = "log scale" if axes.get_yscale() == "log" else ""
    axes.set_ylabel(style.wrapped(quantity("prevalence").axis(kind), 34))
    axes.set_title(style.wrapped(title, 90))
    return figure


def prevalence_table(prevalence: pd.DataFrame, title: str = "") -> Figure:
    """Draw the counts over the whole data set on the periodic table, colours on a log scale."""
    table = _of_whole(prevalence)
    counts = dict(zip(table["element"], table["compounds"].astype(float), strict=True))
    title = style.wrapped(title, 90)
    return periodic_table(counts, quantity("prevalence"), scale="log", title=title)


@style.styled
def element_count_bars(counts: pd.DataFrame, title: str = "") -> Figure:
    """Draw how many compounds have 1, 2, ... elements (``statistics.element_counts``)."""
    style.require_columns(counts, ("part", "elements", "compounds"), "element count")
    table = counts[counts["part"] == WHOLE]
    if not table["compounds"].sum():
        return style.empty_figure("no compound: no elements to count")
    figure = Figure(figsize=(style.FULL_WIDTH / 2, 3.2))
    axes = figure.add_subplot()
    bars = axes.bar(table["elements"], table["compounds"], color=style.BLUE)
    axes.bar_label(bars, size=7.5, padding=2)
    axes.set_xticks(table["elements"])
    axes.set(xlabel=axis_label("element_count"), ylabel=axis_label("compounds"))
    axes.set_xlim(0.4, max(int(table["elements"].max()), 4) + 0.6)
    axes.set_title(style.wrapped(title))
    return figure


def _of_whole(prevalence: pd.DataFrame) -> pd.DataFrame:
    """Take the rows of all parts together that count at least one compound."""
    columns = ("part", "element", "atomic_number", "compounds")
    style.require_columns(prevalence, columns, "prevalence")
    return prevalence[(prevalence["part"] == WHOLE) & (prevalence["compounds"] > 0)]
