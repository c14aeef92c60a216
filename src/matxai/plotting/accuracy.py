"""Errors of networks and baselines, every seed with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from matxai.plotting.quantities import axis_label
from matxai.plotting.style import (
    BLUE,
    FULL_WIDTH,
    empty_figure,
    require_columns,
    styled,
    wrapped,
)

if TYPE_CHECKING:
    import pandas as pd

    from matxai.plotting.quantities import Quantity


@styled
def accuracy_figure(metrics: pd.DataFrame, target: Quantity, title: str = "") -> Figure:
    """Draw columns model, seed, mae, ci_low, ci_high: a row a model, a dot and bar a seed.

    The diamond is the mean over a model's seeds; the number beside it adds their standard deviation
    where there are at least two. Models keep the order in which they come; the axis starts at 0.
    """
    require_columns(metrics, ("model", "seed", "mae", "ci_low", "ci_high"), "accuracy")
    metrics = metrics[np.isfinite(metrics["mae"].to_numpy(float))]
    models = list(metrics["model"].drop_duplicates())
    if not models:
        return empty_figure("no model has an error to show")
    figure = Figure(figsize=(FULL_WIDTH, 1.5 + 0.6 * len(models)))
    axes = figure.add_subplot()
    for row, model in enumerate(models):
        table = metrics[metrics["model"] == model].sort_values("seed")
        mae = table["mae"].to_numpy(float)
        y = row + 0.1 * (np.arange(len(mae)) - (len(mae) - 1) / 2) * min(1, 6 / len(mae))
        axes.hlines(y, table["ci_low"], table["ci_high"], color=BLUE, linewidth=1.2, alpha=0.6)
        axes.plot(mae, y, "o", color=BLUE, markersize=4)
        axes.plot(mae.mean(), row, "D", color="black", markersize=7, fillstyle="none")
        spread = f" ± {np.std(mae, ddof=1):.2g}" if len(mae) > 1 else ""
        right = float(np.nanmax([*table["ci_high"], mae.max()]))
        axes.annotate(
            f"{mae.mean():.3g}{spread}", (right, row), (6, 0), textcoords="offset points",
            va="center", size=9,
        )  # fmt: skip
    axes.set_yticks(range(len(models)), [wrapped(str(model), 26) for model in models])
    axes.set_ylim(len(models) - 0.5, -0.5)
    axes.set_xlim(0, axes.get_xlim()[1] * 1.12)  # room for the numbers
    axes.set_xlabel(wrapped(axis_label("mae", target.unit) + f" of {target.label}", 80))
    axes.grid(axis="x", linewidth=0.4)
    figure.legend(
        handles=[
            axes.plot([], [], "o-", color=BLUE, markersize=4, label="a seed, 95 % interval")[0],
            axes.plot([], [], "D", color="black", fillstyle="none", label="mean of the seeds")[0],
        ],
        loc="outside upper right",
        ncols=2,
    )
    if title:
        axes.set_title(wrapped(title, 90), loc="left")
    return figure
