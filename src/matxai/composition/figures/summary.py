"""Errors of all models on all data sets in one figure, beside published ones."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from matxai.composition.settings.tasks import CONSTANT
from matxai.plotting import style
from matxai.plotting.quantities import quantity

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_COLOURS = {
    "crabnet": style.BLUE,
    "hotcrab": style.VERMILION,
    "random forest": style.GREEN,
    "roost": style.PURPLE,
}
_COLUMNS = (
    "dataset", "task", "model", "unit", "seeds", "mean", "seed_sd", "test_ci_low", "test_ci_high",
    "published",
)  # fmt: skip
_LINE = 0.22  # inches a model
_AXES = {
    "regression": quantity("relative_mae").label,
    "classification": f"1 − {quantity('roc_auc').label[0].lower()}{quantity('roc_auc').label[1:]}",
}


@style.styled
def summary_figure(table: pd.DataFrame) -> Figure:
    """Draw the table of `summary.summary_table`: a band a data set, a line a model, numbers at the right.

    Data sets of a number stand above, their MAE divided by that of the training mean; those of classes
    below, 1 - area under the ROC curve: left is better in both. Filled mark: mean over seeds, thick bar its
    standard deviation, thin bar the 95 % interval over test compositions; open diamond: published.
    """
    style.require_columns(table, _COLUMNS, "summary")
    tasks = [task for task in _AXES if (table["task"] == task).any()]
    if not tasks:
        return style.empty_figure("no data set was evaluated")
    lines = [int((table["task"] == task).sum()) for task in tasks]
    figure = Figure(figsize=(style.FULL_WIDTH + 1, 1.0 + sum(0.8 + _LINE * n for n in lines)))
    ratios = [0.3 + _LINE * n for n in lines]
    panels = figure.subplots(nrows=len(tasks), squeeze=False, height_ratios=ratios)[:, 0]
    for axes, task in zip(panels, tasks, strict=True):
        _panel(axes, table[table["task"] == task], task)
    top = panels[0]
    look = {"color": style.BLACK, "linestyle": "none"}
    handles = [
        top.plot([], [], marker="o", label="mean of the seeds", **look)[0],
        top.plot(
            [], [], color=style.BLACK, linewidth=4, alpha=0.5, label="± standard deviation of seeds"
        )[0],
        top.plot(
            [], [], color=style.BLACK, linewidth=1, label="95 % interval over test compositions"
        )[0],
    ]
    if table["published"].notna().any():
        label = "published, one value each"
        handles.append(top.plot([], [], marker="D", fillstyle="none", label=label, **look)[0])
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), fontsize=8)
    return figure


def _panel(axes: Axes, table: pd.DataFrame, task: str) -> None:
    names, row = list(table["dataset"].drop_duplicates()), 0
    labels, limits, centres = [], [0], []
    for name in names:
        mine = table[table["dataset"] == name]
        constant = mine.loc[mine["model"] == CONSTANT["regression"], "mean"]
        for _, found in mine.iterrows():
            _model(axes, found, row, 1 / constant.item() if task == "regression" else None)
            labels.append(found["model"])
            row += 1
        centres.append((limits[-1] + row - 1) / 2)
        limits.append(row)
    for place, (low, high) in enumerate(pairwise(limits)):
        if place % 2 == 0:
            axes.axhspan(low - 0.5, high - 0.5, color="#F2F2F2", linewidth=0, zorder=0)
        axes.annotate(
            style.wrapped(names[place], 22), (0, centres[place]), (-100, 0), ha="right", va="center",
            xycoords=("axes fraction", "data"), textcoords="offset points", fontweight="bold", size=9,
            gid=f"dataset-{names[place]}",
        )  # fmt: skip
    axes.set_yticks(range(row), labels, fontsize=8)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(row - 0.5, -0.5)
    axes.set_xlim(left=0)
    axes.grid(axis="x", linewidth=0.4)
    axes.set_xlabel(f"{_AXES[task]} (left is better)")


def _model(axes: Axes, found: pd.Series, row: int, scale: float | None) -> None:
    """One line: marks in the unit of the axis (``scale`` times, or 1 minus the value), and the numbers."""

    def place(value: float) -> float:
        return 1 - value if scale is None else value * scale

    colour = _COLOURS.get(found["model"].split(",")[0], style.GUIDE)
    mean, spread = found["mean"], found["seed_sd"]
    text = []
    if np.isfinite(mean):
        axes.hlines(
            row,
            place(found["test_ci_low"]),
            place(found["test_ci_high"]),
            color=colour,
            linewidth=1,
        )
        text.append(f"{mean:.3g}")
        if np.isfinite(spread):
            ends = place(mean - spread), place(mean + spread)
            axes.hlines(row, *ends, color=colour, linewidth=4, alpha=0.5)
            text[0] += f" ± {spread:.2g}"
        text[0] = f"AUC {text[0]}" if scale is None else f"{text[0]} {found['unit']}".rstrip()
        axes.plot(place(mean), row, "o", color=colour, markersize=4, gid=f"mean-{row}")
    if np.isfinite(found["published"]):
        axes.plot(
            place(found["published"]), row, "D", color=colour, markersize=6, fillstyle="none",
            gid=f"published-{row}",
        )  # fmt: skip
        text.append(f"published {found['published']:.4g}")
    axes.annotate(
        ", ".join(text), (1, row), (6, 0), xycoords=("axes fraction", "data"),
        textcoords="offset points", va="center", size=8, gid=f"numbers-{row}",
    )  # fmt: skip
