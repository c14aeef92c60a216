"""Training curves: loss, validation error and learning rate over the epochs."""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from matxai.plotting import style
from matxai.plotting.quantities import axis_label
from matxai.quantities import Quantity

_MARKED = 30  # epochs up to which each one has a dot


@style.styled
def history_figure(
    history: pd.DataFrame, target: Quantity, title: str = "", *, error: str = "val_mae",
    log: bool = False,
) -> Figure:  # fmt: skip
    """Draw one run: columns epoch, train_loss, ``error``, learning_rate, best (a flag).

    ``error``: ``val_mae`` or ``val_rmse`` in the unit of ``target``, or ``val_log_loss`` in nats; epochs
    without a validation hold NaN there. The last flagged epoch, the one whose state was kept, is marked.
    ``log`` draws loss and error on logarithmic axes: a loss below zero has no place there.
    """
    columns = ("epoch", "train_loss", error, "learning_rate", "best")
    style.require_columns(history, columns, "training history")
    if history.empty:
        return style.empty_figure("no epoch was trained")
    figure = Figure(figsize=(style.FULL_WIDTH, 5.6))
    panels = figure.subplots(3, sharex=True, height_ratios=(3, 3, 1.4))
    marker = "." if len(history) <= _MARKED else None
    units = (None, target.unit, None)
    colours = (style.BLUE, style.VERMILION, style.GREEN)
    for axes, column, unit, colour in zip(panels, columns[1:-1], units, colours, strict=True):
        known = history[history[column].notna()]
        axes.plot(known["epoch"], known[column], color=colour, marker=marker)
        axes.set_ylabel(style.wrapped(axis_label(column, unit), 22))
        axes.grid(linewidth=0.3)
    if log:
        for axes in panels[:2]:
            axes.set_yscale("log")
    best = history[history["best"].astype(bool)].tail(1)
    for epoch, lowest in zip(best["epoch"], best[error], strict=True):
        for axes in panels:
            axes.axvline(epoch, color=style.GUIDE, linestyle="--", linewidth=1)
        label = f"best: epoch {epoch:g}, {target.value(lowest)}"
        panels[1].plot(epoch, lowest, "o", color="black", markersize=5, label=label)
        panels[1].legend(loc="best", frameon=True, edgecolor="none")
    panels[-1].set_xlabel(axis_label("epoch"))
    whole = MaxNLocator(steps=[1, 2, 5, 10], integer=True, min_n_ticks=1)
    panels[-1].xaxis.set_major_locator(whole)
    return style.titled(figure, title)
