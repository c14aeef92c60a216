"""Errors of networks and baselines, every seed with its interval."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from matxai.plotting import style
from matxai.plotting.intervals import draw_marks, legend_mark, name_rows
from matxai.plotting.quantities import axis_label
from matxai.quantities import Quantity, with_spread


@style.styled
def accuracy_figure(
    metrics: pd.DataFrame, target: Quantity, title: str = "", *, metric: str = "mae"
) -> Figure:
    """Draw one row per model, with a dot and an interval per seed.

    The diamond is the mean over the errors of a model's seeds, where there are at least two; the number
    beside it adds their standard deviation. Models keep the order in which they come. The axis of an
    error starts at 0, that of an area under the ROC curve at 0.5 (chance) or below. ``metrics`` has the
    columns model, seed, ``metric`` (``mae`` or ``roc_auc``, of ``target``), ci_low and ci_high.
    """
    style.require_columns(metrics, ("model", "seed", metric, "ci_low", "ci_high"), "accuracy")
    metrics = metrics[np.isfinite(metrics[metric].to_numpy(float))]
    models = metrics.groupby("model", sort=False)
    if metrics.empty:
        return style.empty_figure("no model has an error to show")
    figure = Figure(figsize=(style.FULL_WIDTH, 1.5 + 0.6 * models.ngroups))
    axes = figure.add_subplot()
    look: dict[str, Any] = {"color": "black", "fillstyle": "none"}
    for row, (_, table) in enumerate(models):
        table = table.sort_values("seed")
        value = table[metric].to_numpy(float)
        y = row + 0.1 * (np.arange(len(value)) - (len(value) - 1) / 2) * min(1, 6 / len(value))
        draw_marks(axes, y, value, (table["ci_low"], table["ci_high"]), color=style.BLUE)
        if len(value) > 1:
            axes.plot(value.mean(), row, "D", markersize=7, **look)
        right = float(np.nanmax([*table["ci_high"], value.max()]))
        text = with_spread(value.mean(), np.std(value, ddof=1) if len(value) > 1 else np.nan)
        axes.annotate(text, (right, row), (6, 0), textcoords="offset points", va="center", size=9)
    name_rows(axes, list(metrics["model"].drop_duplicates()))
    left, right = axes.get_xlim()
    left = min(left, 0.5) if metric == "roc_auc" else 0
    axes.set_xlim(left, right + 0.12 * (right - left))  # room for the numbers
    axes.set_xlabel(style.wrapped(axis_label(metric, target.unit) + f" of {target.label}", 80))
    axes.grid(axis="x", linewidth=0.4)
    entries = [
        legend_mark("a model or seed, 95 % interval", "o", "-", color=style.BLUE),
        legend_mark("mean over the errors of seeds", "D", markersize=6, **look),
    ]
    figure.legend(handles=entries, loc="outside upper right", ncols=2)
    axes.set_title(style.wrapped(title, 90), loc="left")
    return figure
