"""Do predicted probabilities hold? Observed shares against them, and how often each is predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from matxai.plotting.quantities import axis_label
from matxai.plotting.style import (
    BLUE,
    GUIDE,
    HALF_WIDTH,
    empty_figure,
    note,
    require_columns,
    styled,
    wrapped,
)
from matxai.uncertainty import expected_calibration_error

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = ("bin_low", "bin_high", "compounds", "mean_probability", "observed_share", "low", "high")


@styled
def reliability_figure(curve: pd.DataFrame, title: str = "") -> Figure:
    """Draw a table of `uncertainty.reliability`: above shares with intervals, below compounds a bin."""
    require_columns(curve, _COLUMNS, "reliability")
    filled = curve[curve["compounds"] > 0]
    if filled.empty:
        return empty_figure("no probability was predicted")
    figure = Figure(figsize=(HALF_WIDTH, 1.3 * HALF_WIDTH))
    shares, counts = figure.subplots(nrows=2, sharex=True, height_ratios=(3.4, 1))
    shares.plot([0, 1], [0, 1], color=GUIDE, linestyle="--", label="ideal")
    x = filled["mean_probability"]
    # Bars from the interval's own ends: they are not symmetric about the share.
    shares.vlines(x, filled["low"], filled["high"], color=BLUE, linewidth=1.2)
    shares.plot(x, filled["observed_share"], "o-", color=BLUE, markersize=4, label="observed")
    shares.set(ylim=(-0.02, 1.02), xlim=(-0.02, 1.02), ylabel=axis_label("observed_share"))
    shares.legend(loc="lower right")
    error = expected_calibration_error(curve)
    note(shares, f"Expected calibration error: {error:.3f}\nbars: 95 % interval")
    width = curve["bin_high"] - curve["bin_low"]
    counts.bar(curve["bin_low"], curve["compounds"], width, align="edge", color=BLUE, alpha=0.6)
    for place, number in zip(
        (curve["bin_low"] + curve["bin_high"]) / 2, curve["compounds"], strict=True
    ):
        counts.annotate(
            f"{number:,}", (place, number), (0, 2), textcoords="offset points", ha="center", size=7
        )
    counts.margins(y=0.2)
    counts.set(xlabel=axis_label("mean_probability"), ylabel=axis_label("compounds"))
    shares.set_title(wrapped(title))
    return figure
