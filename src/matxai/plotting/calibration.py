"""Do predicted uncertainties hold? Observed against expected coverage of central intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from matxai.plotting import style
from matxai.plotting.intervals import draw_marks
from matxai.plotting.quantities import axis_label, quantity
from matxai.statistics.calibration import coverage_gap, miscalibration_area

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = ("expected_coverage", "observed_coverage", "ci_low", "ci_high")


@style.styled
def calibration_figure(curves: pd.DataFrame, title: str = "") -> Figure:
    """Draw one or two calibration curves; the area to the ideal, the miscalibration area, is shaded.

    Args:
        curves: Columns expected_coverage, observed_coverage, ci_low, ci_high (of the observed) and,
            optionally, sigma: the name of the uncertainty that a curve belongs to.
        title: What stands above.
    """
    style.require_columns(curves, _COLUMNS, "calibration")
    curves = curves.dropna(subset=list(_COLUMNS)).sort_values("expected_coverage")
    if curves.empty:
        return style.empty_figure("no coverage was observed")
    names = curves["sigma"] if "sigma" in curves else curves["ci_low"].map(lambda _: "observed")
    figure = Figure(figsize=(style.HALF_WIDTH, style.HALF_WIDTH))
    axes = figure.add_subplot(aspect="equal", xlim=(0, 1), ylim=(0, 1))
    axes.plot([0, 1], [0, 1], color=style.GUIDE, linestyle="--", label="ideal")
    lines = [f"{quantity('miscalibration_area').label}:"]
    for name, colour, mark in zip(
        names.drop_duplicates(), (style.VERMILION, style.BLUE), "so", strict=False
    ):
        curve = curves[names == name]
        expected, observed = curve["expected_coverage"], curve["observed_coverage"]
        grid, gap = coverage_gap(curve)
        axes.fill_between(grid, grid, grid + gap, color=colour, alpha=0.15, linewidth=0)
        draw_marks(
            axes, expected, observed, (curve["ci_low"], curve["ci_high"]), f"{mark}-",
            vertical=True, color=colour, clip_on=False, label=name,
        )  # fmt: skip
        lines.append(f"{miscalibration_area(curve):.3f} {name}")
    axes.set(xlabel=axis_label("expected_coverage"), ylabel=axis_label("observed_coverage"))
    axes.legend(loc="lower right")
    style.note(axes, "\n".join([*lines, "bars: 95 % interval"]))
    axes.set_title(style.wrapped(title))
    return figure
