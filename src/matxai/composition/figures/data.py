"""Figures of the data sets: sizes, elements, and targets in each part."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from matxai.composition.data.statistics import WHOLE
from matxai.composition.figures.quantities import axis_label, quantity
from matxai.learning.split import PARTS
from matxai.plotting import style
from matxai.plotting.intervals import draw_marks, name_rows
from matxai.plotting.periodic_table import periodic_table
from matxai.quantities import Quantity

_MARKERS = {"train": "o", "val": "s", "test": "^", WHOLE: "D"}
_MANY = 45  # elements from which on their axis is wide
_CLOSE = 30  # elements above which their names stand in two rows
_DECADES = 100.0  # ratio of largest to smallest count from which the axis is logarithmic
_ORDERS = {
    "count": (["compounds", "atomic_number"], [False, True], "most frequent first"),
    "number": (["atomic_number"], [True], "by atomic number"),
}


@style.styled
def datasets_figure(summaries: pd.DataFrame) -> Figure:
    """Draw sizes and entropies (with 95 % interval), one row per data set, one mark per part.

    Data sets keep the order in which they come; empty parts have no mark. ``summaries``: the tables of
    ``statistics.summary`` under each other, with a column dataset.
    """
    columns = ("dataset", "part", "compounds", "entropy", "entropy_ci_low", "entropy_ci_high")
    style.require_columns(summaries, columns, "data-set summary")
    summaries = summaries[summaries["compounds"] > 0]
    names = list(summaries["dataset"].drop_duplicates())
    if not names:
        return style.empty_figure("no data set holds a compound")
    figure = Figure(figsize=(style.FULL_WIDTH, 1.6 + 0.5 * len(names)))
    size, diversity = figure.subplots(ncols=2, sharey=True)
    for place, part in enumerate((*PARTS, WHOLE)):
        table = summaries[summaries["part"] == part]
        y = np.array([names.index(name) for name in table["dataset"]]) + 0.16 * (place - 1.5)
        colour, marker = style.PART_COLOURS[part], _MARKERS[part]
        size.plot(table["compounds"], y, marker, color=colour, label=part)
        ends = table["entropy_ci_low"], table["entropy_ci_high"]
        draw_marks(diversity, y, table["entropy"], ends, marker, color=colour, markersize=6)
    size.set(xscale="log", xlabel=axis_label("compounds"))
    style.count_axis(size.xaxis)
    diversity.set_xlabel(axis_label("entropy"))
    for axes in (size, diversity):
        name_rows(axes, names, [1] * len(names))
        axes.grid(axis="x", linewidth=0.4)
    figure.legend(*size.get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure


def element_axis(
    elements: Sequence[str], height: float, order: str = "by atomic number"
) -> tuple[Figure, Axes]:
    """Make a figure, ``height`` inches high, with one place per element along its horizontal axis."""
    many = len(elements) > _MANY
    figure = Figure(figsize=(style.LARGE_WIDTH if many else style.FULL_WIDTH, height))
    axes = figure.add_subplot()
    axes.set_xticks(range(len(elements)), elements)
    style.stagger(axes.xaxis, 7.5 if many else 9, 10 if len(elements) > _CLOSE else 0)
    axes.set_xlim(-0.8, max(len(elements), 8) - 0.2)  # one element is a bar, not a wall
    axes.set_xlabel(f"Element, {order}")
    return figure, axes


@style.styled
def prevalence_bars(prevalence: pd.DataFrame, order: str = "count", title: str = "") -> Figure:
    """Draw one bar per element of ``statistics.prevalence``: counts over the whole data set.

    ``order`` is ``count`` (most frequent first) or ``number`` (atomic number). The axis turns
    logarithmic where counts span more than two decades.
    """
    table = _of_whole(prevalence)
    if order not in _ORDERS:
        raise ValueError(f"order '{order}' of prevalence bars is not one of {', '.join(_ORDERS)}")
    if table.empty:
        return style.empty_figure("no compound: no element to count")
    keys, ascending, words = _ORDERS[order]
    table = table.sort_values(keys, ascending=ascending)
    figure, axes = element_axis(list(table["element"]), 3.8, words)
    axes.bar(np.arange(len(table)), table["compounds"], width=0.8, color=style.BLUE)
    kind, least = "", table["compounds"].min()
    if table["compounds"].max() > _DECADES * least:
        kind = "log scale"
        axes.set(yscale="log", ylim=(0.7 * least, None))
        style.count_axis(axes.yaxis)
    axes.set_ylabel(style.wrapped(quantity("prevalence").axis(kind), 34))
    axes.set_title(style.wrapped(title, 90))
    return figure


def prevalence_table(prevalence: pd.DataFrame, title: str = "") -> Figure:
    """Draw the counts over the whole data set on the periodic table, colours on a log scale."""
    table = _of_whole(prevalence)
    counts = dict(zip(table["element"], table["compounds"].astype(float), strict=True))
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
    axes.set(xticks=table["elements"], xlim=(0.4, max(int(table["elements"].max()), 4) + 0.6))
    axes.set(xlabel=axis_label("element_count"), ylabel=axis_label("compounds"))
    axes.set_title(style.wrapped(title))
    return figure


def _of_whole(prevalence: pd.DataFrame) -> pd.DataFrame:
    """Take the rows of all parts together that count at least one compound."""
    columns = ("part", "element", "atomic_number", "compounds")
    style.require_columns(prevalence, columns, "prevalence")
    return prevalence[(prevalence["part"] == WHOLE) & (prevalence["compounds"] > 0)]


@style.styled
def class_figure(table: pd.DataFrame, label: str, title: str = "") -> Figure:
    """Draw the share of class 1 (named ``label``) of `class_table`, one bar with interval per part."""
    figure = Figure(figsize=(style.FULL_WIDTH, 2.6))
    axes = figure.add_subplot()
    for row, part in enumerate(PARTS):
        rows = table[table["part"] == part].set_index("class")
        one, total = rows.loc[1], rows["compounds"].sum()
        axes.barh(row, one["share"], color=style.PART_COLOURS[part], height=0.6)
        axes.hlines(row, one["ci_low"], one["ci_high"], color="black", linewidth=1.2)
        numbers = f"{100 * one['share']:.1f} %: {one['compounds']:,.0f} of {total:,.0f}"
        text, right = (numbers, one["ci_high"]) if total else ("no compound", 0)
        axes.annotate(text, (right, row), (6, 0), textcoords="offset points", va="center", size=9)
    name_rows(axes, PARTS)
    axes.set_xlim(0, max(1.35 * table.loc[table["class"] == 1, "ci_high"].max(), 0.05))
    axes.set_xlabel(f"{axis_label('share')} of class 1 ({label}), with 95 % interval")
    axes.grid(axis="x", linewidth=0.3)
    axes.set_title(title, loc="left")
    return figure


@style.styled
def target_figure(table: pd.DataFrame, target: Quantity, title: str = "") -> Figure:
    """Draw the histograms of `target_table` as steps, one line per part."""
    figure = Figure(figsize=(style.FULL_WIDTH, 3.8))
    axes = figure.add_subplot()
    for part in PARTS:
        rows = table[table["part"] == part]
        edges = np.append(rows["bin_low"].to_numpy(), rows["bin_high"].iloc[-1])
        axes.stairs(rows["share"], edges, color=style.PART_COLOURS[part], label=part, linewidth=1.5)
    axes.set(xlabel=target.axis(), ylabel=axis_label("share"))
    axes.grid(axis="y", linewidth=0.3)
    axes.set_title(title, loc="left")
    axes.legend()
    return figure
