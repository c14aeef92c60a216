"""Errors of networks and baselines, every seed with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from matxai.plotting import style
from matxai.plotting.quantities import axis_label

if TYPE_CHECKING:
    import pandas as pd

    from matxai.plotting.quantities import Quantity


@style.styled
def accuracy_figure(
    metrics: pd.DataFrame, target: Quantity, title: str = "", *, metric: str = "mae"
) -> Figure:
    """Draw columns model, seed, ``metric``, ci_low, ci_high: a row a model, a dot and bar a seed.

    ``metric``: mae or roc_auc. The diamond is the mean over a model's seeds; the number beside it adds
    their standard deviation where there are at least two. Models keep the order in which they come. The
    axis of an error starts at 0, that of an area under the ROC curve at 0.5 (chance) or below.
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
        axes.hlines(
            y, table["ci_low"], table["ci_high"], color=style.BLUE, linewidth=1.2, alpha=0.6
        )
        axes.plot(value, y, "o", color=style.BLUE, markersize=4)
        axes.plot(value.mean(), row, "D", color="black", markersize=7, fillstyle="none")
        spread = f" ± {np.std(value, ddof=1):.2g}" if len(value) > 1 else ""
        right = float(np.nanmax([*table["ci_high"], value.max()]))
        axes.annotate(
            f"{value.mean():.3g}{spread}", (right, row), (6, 0), textcoords="offset points",
            va="center", size=9,
        )  # fmt: skip
    style.name_rows(axes, models)
    left, right = axes.get_xlim()
    left = min(left, 0.5) if metric == "roc_auc" else 0
    axes.set_xlim(left, right + 0.12 * (right - left))  # room for the numbers
    axes.set_xlabel(style.wrapped(axis_label(metric, target.unit) + f" of {target.label}", 80))
    axes.grid(axis="x", linewidth=0.4)
    figure.legend(
        handles=[
            axes.plot([], [], "o-", color=style.BLUE, markersize=4, label="a seed, 95 % interval")[
                0
            ],
            axes.plot([], [], "D", color="black", fillstyle="none", label="mean of the seeds")[0],
        ],
        loc="outside upper right",
        ncols=2,
    )
    if title:
        axes.set_title(style.wrapped(title, 90), loc="left")
    return figure
