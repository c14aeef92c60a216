"""Do predicted probabilities hold? Observed shares against them, and how often each is predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from matxai.plotting import style
from matxai.plotting.intervals import draw_marks
from matxai.plotting.quantities import axis_label
from matxai.statistics.calibration import expected_calibration_error

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = (
    "bin_low", "bin_high", "rows", "mean_probability", "observed_share", "ci_low", "ci_high",
)  # fmt: skip


@style.styled
def reliability_figure(curve: pd.DataFrame, title: str = "", *, samples: str = "samples") -> Figure:
    """Draw observed shares with their intervals above, and the number of samples in each bin below.

    Args:
        curve: Columns bin_low, bin_high, rows, mean_probability, observed_share, ci_low, ci_high.
        title: What stands above.
        samples: What the rows of a bin are, such as compounds.
    """
    style.require_columns(curve, _COLUMNS, "reliability")
    filled = curve[curve["rows"] > 0]
    if filled.empty:
        return style.empty_figure("no probability was predicted")
    figure = Figure(figsize=(style.HALF_WIDTH, 1.3 * style.HALF_WIDTH))
    shares, counts = figure.subplots(nrows=2, sharex=True, height_ratios=(3.4, 1))
    shares.plot([0, 1], [0, 1], color=style.GUIDE, linestyle="--", label="ideal")
    x = filled["mean_probability"]
    draw_marks(
        shares, x, filled["observed_share"], (filled["ci_low"], filled["ci_high"]), "o-",
        vertical=True, color=style.BLUE, label="observed",
    )  # fmt: skip
    shares.set(ylim=(-0.02, 1.02), xlim=(-0.02, 1.02), ylabel=axis_label("observed_share"))
    shares.legend(loc="lower right")
    error = expected_calibration_error(curve)
    style.note(shares, f"Expected calibration error: {error:.3f}\nbars: 95 % interval")
    width = curve["bin_high"] - curve["bin_low"]
    counts.bar(curve["bin_low"], curve["rows"], width, align="edge", color=style.BLUE, alpha=0.6)
    for place, number in zip(
        (curve["bin_low"] + curve["bin_high"]) / 2, curve["rows"], strict=True
    ):
        counts.annotate(
            f"{number:,}", (place, number), (0, 2), textcoords="offset points", ha="center", size=7
        )
    counts.margins(y=0.2)
    counts.set(xlabel=axis_label("mean_probability"), ylabel=samples.capitalize())
    shares.set_title(style.wrapped(title))
    return figure
