"""The distribution of a target in each part: do they show the same range and tails, or classes?"""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from matxai.composition.figures.quantities import axis_label
from matxai.learning.split import PARTS
from matxai.plotting.intervals import name_rows
from matxai.plotting.style import FULL_WIDTH, PART_COLOURS, styled
from matxai.quantities import Quantity


@styled
def class_figure(table: pd.DataFrame, label: str, title: str = "") -> Figure:
    """Draw the share of class 1 (named ``label``) of `class_table`, one bar with interval per part."""
    figure = Figure(figsize=(FULL_WIDTH, 2.6))
    axes = figure.add_subplot()
    for row, part in enumerate(PARTS):
        rows = table[table["part"] == part].set_index("class")
        one, total = rows.loc[1], rows["compounds"].sum()
        axes.barh(row, one["share"], color=PART_COLOURS[part], height=0.6)
        axes.hlines(row, one["ci_low"], one["ci_high"], color="black", linewidth=1.2)
        numbers = f"{100 * one['share']:.1f} %: {one['compounds']:,.0f} of {total:,.0f}"
        text, right = (numbers, one["ci_high"]) if total else ("no compound", 0)
        look: dict[str, Any] = {"textcoords": "offset points", "va": "center", "size": 9}
        axes.annotate(text, (right, row), (6, 0), **look)
    name_rows(axes, PARTS)
    axes.set_xlim(0, max(1.35 * table.loc[table["class"] == 1, "ci_high"].max(), 0.05))
    axes.set_xlabel(f"{axis_label('share')} of class 1 ({label}), with 95 % interval")
    axes.grid(axis="x", linewidth=0.3)
    axes.set_title(title, loc="left")
    return figure


@styled
def target_figure(table: pd.DataFrame, target: Quantity, title: str = "") -> Figure:
    """Draw the histograms of `target_table` as steps, one line per part."""
    figure = Figure(figsize=(FULL_WIDTH, 3.8))
    axes = figure.add_subplot()
    for part in PARTS:
        rows = table[table["part"] == part]
        edges = np.append(rows["bin_low"].to_numpy(), rows["bin_high"].iloc[-1])
        axes.stairs(rows["share"], edges, color=PART_COLOURS[part], label=part, linewidth=1.5)
    axes.set_xlabel(target.axis())
    axes.set_ylabel(axis_label("share"))
    axes.grid(axis="y", linewidth=0.3)
    axes.set_title(title, loc="left")
    axes.legend()
    return figure
