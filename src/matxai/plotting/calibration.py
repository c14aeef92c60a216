"""Do predicted uncertainties and probabilities hold? What was observed against what was expected."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from matxai.plotting import style
from matxai.plotting.intervals import draw_marks
from matxai.plotting.quantities import axis_label, quantity
from matxai.statistics.calibration import (
    coverage_gap,
    expected_calibration_error,
    miscalibration_area,
)

_COVERAGE = ("expected_coverage", "observed_coverage", "ci_low", "ci_high")
_BINS = (
    "bin_low", "bin_high", "rows", "mean_probability", "observed_share", "ci_low", "ci_high",
)  # fmt: skip


@style.styled
def calibration_figure(curves: pd.DataFrame, title: str = "") -> Figure:
    """Draw observed against expected coverage; the miscalibration area, to the ideal, is shaded.

    ``curves``: columns expected_coverage, observed_coverage, ci_low, ci_high (of the observed) and, for
    two curves, sigma: the name of the uncertainty that a curve belongs to.
    """
    style.require_columns(curves, _COVERAGE, "calibration")
    curves = curves.dropna(subset=list(_COVERAGE)).sort_values("expected_coverage")
    if curves.empty:
        return style.empty_figure("no coverage was observed")
    names = curves["sigma"] if "sigma" in curves else curves["ci_low"].map(lambda _: "observed")
    figure = Figure(figsize=(style.HALF_WIDTH, style.HALF_WIDTH))
    axes = figure.add_subplot(aspect="equal", xlim=(0, 1), ylim=(0, 1))
    axes.plot([0, 1], [0, 1], color=style.GUIDE, linestyle="--", label="ideal")
    lines = [f"{quantity('miscalibration_area').label}:"]
    looks = ((style.VERMILION, "s-"), (style.BLUE, "o-"))
    for name, (colour, look) in zip(names.drop_duplicates(), looks, strict=False):
        curve = curves[names == name]
        expected, observed = curve["expected_coverage"], curve["observed_coverage"]
        grid, gap = coverage_gap(curve)
        axes.fill_between(grid, grid, grid + gap, color=colour, alpha=0.15, linewidth=0)
        ends = curve["ci_low"], curve["ci_high"]
        marks = draw_marks(axes, expected, observed, ends, look, vertical=True, color=colour)
        marks.set(clip_on=False, label=name)
        lines.append(f"{miscalibration_area(curve):.3f} {name}")
    axes.set(xlabel=axis_label("expected_coverage"), ylabel=axis_label("observed_coverage"))
    axes.legend(loc="lower right")
    style.note(axes, "\n".join([*lines, "bars: 95 % interval"]))
    axes.set_title(style.wrapped(title))
    return figure


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
