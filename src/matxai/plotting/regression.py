"""Predictions of a number: against true values, and the coverage of their predicted intervals."""

import numpy as np
import pandas as pd
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray

from matxai.plotting import style
from matxai.plotting.intervals import draw_marks
from matxai.plotting.quantities import axis_label, quantity
from matxai.quantities import Quantity
from matxai.statistics.calibration import coverage_gap, miscalibration_area
from matxai.statistics.regression import mae, r2, rmse

_FEW = 500  # samples up to which each one shows its own predicted sigma
_COVERAGE = ("expected_coverage", "observed_coverage", "ci_low", "ci_high")


@style.styled
def parity_figure(
    predictions: pd.DataFrame, target: Quantity, title: str = "", *, samples: str = "samples"
) -> Figure:
    """Draw predicted against true values, one panel per part of the data set.

    All panels share equal axes and, where samples are many, one density scale. MAE, RMSE and R2 stand in
    each. Rows without a finite target and prediction are counted in the panel, not drawn.

    ``predictions``: columns target, prediction, part and, optionally, sigma (standard deviation).
    ``samples``: what the rows are, such as compounds.
    """
    style.require_columns(predictions, ("target", "prediction", "part"), "parity")
    values = predictions[["target", "prediction"]].to_numpy(float)
    finite = np.isfinite(values).all(axis=1)
    if not finite.any():
        return style.empty_figure(f"no {samples} with a target and a prediction")
    order = list(style.PART_COLOURS)
    parts = sorted(
        predictions["part"].unique(), key=lambda part: order.index(part) if part in order else 9
    )
    low, high = float(values[finite].min()), float(values[finite].max())
    margin = 0.04 * (high - low) or 0.5 * abs(high) or 1.0  # also where all values are equal
    ends = low - margin, high + margin
    width = style.HALF_WIDTH if len(parts) == 1 else 3.2 * len(parts)
    figure = Figure(figsize=(width + 0.6, width / len(parts) + 1.5))
    panels = figure.subplots(ncols=len(parts), squeeze=False, sharex=True, sharey=True)[0]
    densities: list[PolyCollection] = []
    for axes, part in zip(panels, parts, strict=True):
        mine = (predictions["part"] == part).to_numpy()
        table = predictions[mine & finite]
        axes.plot(ends, ends, color=style.GUIDE, linewidth=1, linestyle="--", zorder=3)
        axes.set(xlim=ends, ylim=ends, aspect="equal", title=f"{part} (n = {len(table):,})")
        axes.set_xlabel(style.wrapped(target.axis("true"), 34))
        refused = int((mine & ~finite).sum())
        x, y = table["target"].to_numpy(float), table["prediction"].to_numpy(float)
        text = scores(x, y, target) + (f"\n{refused} without a value" if refused else "")
        style.note(axes, text)
        colour = style.PART_COLOURS.get(part, style.BLUE)
        few = len(table) <= _FEW
        if few and "sigma" in table:
            look = {"fmt": "none", "ecolor": colour, "elinewidth": 0.6, "alpha": 0.35}
            axes.errorbar(x, y, yerr=table["sigma"], **look)
        size = 14 if few else 6
        cells = style.draw_cloud(axes, x, y, (*ends, *ends), size=size, colour=colour, alpha=0.6)
        densities += [cells] if cells else []
    panels[0].set_ylabel(style.wrapped(target.axis("predicted"), 34))
    if densities:
        shared = max((cells.norm for cells in densities), key=lambda norm: norm.vmax or 0)
        for cells in densities:
            cells.set_norm(shared)
        label = f"{samples.capitalize()} per cell"
        bar = figure.colorbar(densities[0], ax=panels, label=label, shrink=0.8)
        style.count_axis(bar.ax.yaxis)
    return style.titled(figure, title, max(40, 28 * len(parts)))


def scores(true: NDArray[np.float64], predicted: NDArray[np.float64], target: Quantity) -> str:
    """Write MAE, RMSE and R2 (undefined for a constant target) on three lines."""
    if not true.size:
        return "no value"
    mean, root_mean = target.value(mae(true, predicted)), target.value(rmse(true, predicted))
    explained = r2(true, predicted)
    last = "undefined" if np.isnan(explained) else f"{explained:.3f}"
    return f"MAE {mean}\nRMSE {root_mean}\nR² {last}"


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
