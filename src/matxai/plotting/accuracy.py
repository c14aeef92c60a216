"""Errors of networks and baselines, every seed with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from matxai.plotting import style
from matxai.plotting.intervals import draw_marks, legend_mark, name_rows
from matxai.plotting.quantities import axis_label
from matxai.quantities import with_spread

if TYPE_CHECKING:
    import pandas as pd

    from matxai.quantities import Quantity


@style.styled
def accuracy_figure(
    metrics: pd.DataFrame, target: Quantity, title: str = "", *, metric: str = "mae"
) -> Figure:
    """Draw one row per model, with a dot and an interval per seed.

    The diamond is the mean over a model's seeds; the number beside it adds their standard deviation where
    there are at least two. Models keep the order in which they come. The axis of an error starts at 0,
    that of an area under the ROC curve at 0.5 (chance) or below.

    Args:
        metrics: Columns model, seed, ``metric``, ci_low, ci_high.
        target: What the metric is a metric of, and its unit.
        title: What stands above.
        metric: ``mae`` or ``roc_auc``.
    """
    style.require_columns(metrics, ("model", "seed", metric, "ci_low", "ci_high"), "accuracy")
    metrics = metrics[np.isfinite(metrics[metric].to_numpy(float))]
    models = list(metrics["model"].drop_duplicates())
    if not models:
        return style.empty_figure("no model has an error to show")
    figure = Figure(figsize=(style.FULL_WIDTH, 1.5 + 0.6 * len(models)))
    axes = figure.add_subplot()
    for row, model in enumerate(models):
        table = metrics[metrics["model"] == model].sort_values("seed")
        value = table[metric].to_numpy(float)
        y = row + 0.1 * (np.arange(len(value)) - (len(value) - 1) / 2) * min(1, 6 / len(value))
        ends = table["ci_low"], table["ci_high"]
        draw_marks(axes, y, value, ends, color=style.BLUE)
        axes.plot(value.mean(), row, "D", color="black", markersize=7, fillstyle="none")
        right = float(np.nanmax([*table["ci_high"], value.max()]))
        spread = np.std(value, ddof=1) if len(value) > 1 else np.nan
        axes.annotate(
            with_spread(value.mean(), spread), (right, row), (6, 0), textcoords="offset points",
            va="center", size=9,
        )  # fmt: skip
    name_rows(axes, models)
    left, right = axes.get_xlim()
    left = min(left, 0.5) if metric == "roc_auc" else 0
    axes.set_xlim(left, right + 0.12 * (right - left))  # room for the numbers
    axes.set_xlabel(style.wrapped(axis_label(metric, target.unit) + f" of {target.label}", 80))
    axes.grid(axis="x", linewidth=0.4)
    entries = [
        legend_mark("a seed, 95 % interval", "o", "-", color=style.BLUE),
        legend_mark("mean of the seeds", "D", color="black", fillstyle="none", markersize=6),
    ]
    figure.legend(handles=entries, loc="outside upper right", ncols=2)
    if title:
        axes.set_title(style.wrapped(title, 90), loc="left")
    return figure
