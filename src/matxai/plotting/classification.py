"""Predicted probabilities of two classes: how well they tell them apart, and whether they hold."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from matxai.plotting import style
from matxai.plotting.intervals import draw_curve, draw_marks
from matxai.plotting.quantities import axis_label
from matxai.statistics.calibration import expected_calibration_error

_COLUMNS = ("part", "false_positive_rate", "recall", "precision", "recall_ci_low", "recall_ci_high")
_BANDED = "test"  # the part whose uncertainty is of interest: the others were learned from
_BINS = (
    "bin_low", "bin_high", "rows", "mean_probability", "observed_share", "ci_low", "ci_high",
)  # fmt: skip


@style.styled
def roc_figure(curves: pd.DataFrame, notes: Mapping[str, str], title: str = "") -> Figure:
    """Draw the ROC curves of several parts on the left, their precision on the right.

    The band is that of the test part. Parts of one class have no curve. ``curves``: columns part,
    false_positive_rate, recall, precision, recall_ci_low, recall_ci_high. ``notes``: what the legend of a
    panel (roc, precision) says of the test part, such as its area.
    """
    style.require_columns(curves, _COLUMNS, "ROC")
    known = curves.dropna(subset=["false_positive_rate", "recall"])
    if known.empty:
        return style.empty_figure("no part holds both classes")
    figure = Figure(figsize=(style.FULL_WIDTH, style.FULL_WIDTH / 2))
    roc, precision = figure.subplots(ncols=2)
    chance = {"color": style.GUIDE, "linestyle": "--", "linewidth": 1}
    roc.plot([0, 1], [0, 1], label="chance", **chance)
    for part in sorted(known["part"].drop_duplicates(), key=list(style.PART_COLOURS).index):
        table, colour = known[known["part"] == part], style.PART_COLOURS[part]
        mine = part == _BANDED
        if mine:
            share = table["precision"].iloc[-1]  # all are called class 1
            precision.axhline(share, label="chance (test)", **chance)
        look = {"color": colour, "linewidth": 1.8 if mine else 1.0}
        names = [f"{part}{notes.get(kind, '') if mine else ''}" for kind in ("roc", "precision")]
        x, y = table["false_positive_rate"], table["recall"]
        ends = (table["recall_ci_low"], table["recall_ci_high"]) if mine else None
        draw_curve(roc, x, y, ends, label=names[0], **look)
        # A step, not a line: nothing between two thresholds can be reached. The first threshold that
        # reaches a recall has its best precision; the area below is the average precision.
        reached = table.drop_duplicates("recall")
        precision.step(reached["recall"], reached["precision"], where="pre", label=names[1], **look)
    roc.set(xlabel=axis_label("false_positive_rate"), ylabel=axis_label("recall"))
    precision.set(xlabel=axis_label("recall"), ylabel=axis_label("precision"))
    for axes in (roc, precision):
        axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.02), aspect="equal")
        axes.grid(linewidth=0.3)
    roc.legend(loc="lower right", frameon=True, edgecolor="none")
    precision.legend(loc="lower left", frameon=True, edgecolor="none")
    return style.titled(figure, title)


@style.styled
def reliability_figure(curve: pd.DataFrame, title: str = "", *, samples: str = "samples") -> Figure:
    """Draw observed shares with their intervals above, and the number of samples in each bin below.

    ``curve``: columns bin_low, bin_high, rows, mean_probability, observed_share, ci_low, ci_high.
    ``samples``: what the rows of a bin are, such as compounds.
    """
    style.require_columns(curve, _BINS, "reliability")
    filled = curve[curve["rows"] > 0]
    if filled.empty:
        return style.empty_figure("no probability was predicted")
    figure = Figure(figsize=(style.HALF_WIDTH, 1.3 * style.HALF_WIDTH))
    shares, counts = figure.subplots(nrows=2, sharex=True, height_ratios=(3.4, 1))
    shares.plot([0, 1], [0, 1], color=style.GUIDE, linestyle="--", label="ideal")
    x, ends = filled["mean_probability"], (filled["ci_low"], filled["ci_high"])
    marks = draw_marks(
        shares, x, filled["observed_share"], ends, "o-", vertical=True, color=style.BLUE
    )
    marks.set_label("observed")
    shares.set(ylim=(-0.02, 1.02), xlim=(-0.02, 1.02), ylabel=axis_label("observed_share"))
    shares.legend(loc="lower right")
    error = expected_calibration_error(curve)
    style.note(shares, f"Expected calibration error: {error:.3f}\nbars: 95 % interval")
    width = curve["bin_high"] - curve["bin_low"]
    counts.bar(curve["bin_low"], curve["rows"], width, align="edge", color=style.BLUE, alpha=0.6)
    look: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "size": 7}
    for place, number in zip(curve["bin_low"] + width / 2, curve["rows"], strict=True):
        counts.annotate(f"{number:,}", (place, number), (0, 2), **look)
    counts.margins(y=0.2)
    counts.set(xlabel=axis_label("mean_probability"), ylabel=samples.capitalize())
    shares.set_title(style.wrapped(title))
    return figure
