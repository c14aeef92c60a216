"""The distribution of a target in each part: do they show the same range and tails, or classes?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import stats

from matxai.composition.sources import PARTS
from matxai.plotting.quantities import Quantity, axis_label
from matxai.plotting.style import FULL_WIDTH, PART_COLOURS, styled

_BINS = 40


def target_table(compounds: pd.DataFrame) -> pd.DataFrame:
    """Histograms over the same bins: part, low, high (bin edges, unit of the target), share."""
    edges = np.histogram_bin_edges(compounds["target"], bins=_BINS)
    tables = []
    for part in PARTS:
        target = compounds.loc[compounds["part"] == part, "target"]
        counts, _ = np.histogram(target, bins=edges)
        share = counts / max(len(target), 1)
        tables.append(
            pd.DataFrame({"part": part, "low": edges[:-1], "high": edges[1:], "share": share})
        )
    return pd.concat(tables, ignore_index=True)


def class_table(compounds: pd.DataFrame) -> pd.DataFrame:
    """Rows of each class: part, class, compounds, share (of the part), low, high (95 % Wilson interval)."""
    rows = []
    for part in PARTS:
        target = compounds.loc[compounds["part"] == part, "target"]
        for name in (0, 1):
            count = int((target == name).sum())
            low, high = stats.binomtest(count, len(target)).proportion_ci(method="wilson")
            rows.append((part, name, count, count / len(target), low, high))
    return pd.DataFrame(rows, columns=["part", "class", "compounds", "share", "low", "high"])


@styled
def class_figure(table: pd.DataFrame, label: str, title: str = "") -> Figure:
    """Draw the share of class 1 of `class_table` with its interval, one bar a part; ``label`` names it."""
    figure = Figure(figsize=(FULL_WIDTH, 2.6))
    axes = figure.add_subplot()
    for row, part in enumerate(PARTS):
        rows = table[table["part"] == part].set_index("class")
        one = rows.loc[1]
        axes.barh(row, one["share"], color=PART_COLOURS[part], height=0.6)
        axes.hlines(row, one["low"], one["high"], color="black", linewidth=1.2)
        numbers = (
            f"{100 * one['share']:.1f} %: {one['compounds']:,.0f} of {rows['compounds'].sum():,.0f}"
        )
        axes.annotate(
            numbers, (one["high"], row), (6, 0), textcoords="offset points", va="center", size=9
        )
    axes.set_yticks(range(len(PARTS)), PARTS)
    axes.set_ylim(len(PARTS) - 0.5, -0.5)
    axes.set_xlim(0, max(1.35 * table.loc[table["class"] == 1, "high"].max(), 0.05))
    axes.set_xlabel(f"{axis_label('share')} of class 1 ({label}), with 95 % interval")
    axes.grid(axis="x", linewidth=0.3)
    axes.set_title(title, loc="left")
    return figure


@styled
def target_figure(table: pd.DataFrame, target: Quantity, title: str = "") -> Figure:
    """Draw the histograms of `target_table` as steps, one line a part."""
    figure = Figure(figsize=(FULL_WIDTH, 3.8))
    axes = figure.add_subplot()
    for part in PARTS:
        rows = table[table["part"] == part]
        edges = np.append(rows["low"].to_numpy(), rows["high"].iloc[-1])
        axes.stairs(rows["share"], edges, color=PART_COLOURS[part], label=part, linewidth=1.5)
    axes.set_xlabel(target.axis())
    axes.set_ylabel(axis_label("share"))
    axes.grid(axis="y", linewidth=0.3)
    axes.set_title(title, loc="left")
    axes.legend()
    return figure
