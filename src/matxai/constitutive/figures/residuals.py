"""Residuals of the stress: over the strain, and their distribution."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from matxai.constitutive.data.steps import ALL_STEPS
from matxai.constitutive.evaluation.residuals import QUANTILES, bulk, residual_histogram
from matxai.constitutive.quantities import Units, feature_quantity
from matxai.plotting import style
from matxai.plotting.quantities import axis_label
from matxai.quantities import Quantity

KIND_LOOKS = {  # colour and line of each kind of step
    "elastic step": (style.BLUE, "-"),
    "plastic step": (style.VERMILION, "--"),
    ALL_STEPS: (style.BLACK, "-"),
}


@style.styled
def residuals_figure(
    table: pd.DataFrame, quantiles: pd.DataFrame, units: Units, title: str
) -> Figure:
    """Draw residuals (predicted - true stress) and their ``quantiles`` (of ``residual_quantiles``).

    The axis covers the bulk of the residuals; the steps beyond it are counted above.
    """
    style.require_columns(table, ("strain", "residual", "group"), "residual")
    style.require_columns(quantiles, ("bin_low", "bin_high", *QUANTILES), "residual")
    table = table[np.isfinite(table["residual"].to_numpy(float))]
    if table.empty:
        return style.empty_figure("no test step has a residual")
    residual = table["residual"].to_numpy(float)
    low, high = bulk(residual)
    figure = Figure(figsize=(style.FULL_WIDTH, 4.2))
    left, right = figure.subplots(ncols=2, width_ratios=(5, 4))
    _draw_over_strain(left, table, (low, high))
    middle = (quantiles["bin_low"] + quantiles["bin_high"]) / 2
    for column, label in {"median": "median", "q05": "5 and 95 %", "q95": None}.items():
        line = "-" if column == "median" else "--"
        left.plot(middle, quantiles[column], line, color=style.VERMILION, label=label)
    left.set_xlabel(feature_quantity("strain", units).axis())
    left.set_ylabel(axis_label("residual", units.stress))
    beyond = residual[(residual < low) | (residual > high)]
    if beyond.size:
        farthest = f"{beyond[np.abs(beyond).argmax()]:.3g} {units.stress}".rstrip()
        text = f"{beyond.size:,} of {residual.size:,} steps beyond the axis, as far as {farthest}"
        left.set_title(text, size=9)
    stress = Quantity("RMSE", unit=units.stress)
    for name, rows in residual_histogram(residual, table["group"]).groupby("group"):
        mine = residual[(table["group"] == name).to_numpy()]
        colour, dashes = KIND_LOOKS[str(name)]
        error = stress.value(float(np.sqrt(np.square(mine).mean())))
        label = f"{name} (n = {mine.size:,}): RMSE {error}"
        edges = np.append(rows["bin_low"].to_numpy(), rows["bin_high"].to_numpy()[-1])
        right.stairs(rows["density"], edges, color=colour, linestyle=dashes, label=label)
    right.set(xlim=(low, high), yscale="log", xlabel=axis_label("residual", units.stress))
    right.xaxis.set_major_locator(MaxNLocator(5))
    per = f"1/{units.stress}" if units.stress else ""
    right.set_ylabel(Quantity(axis_label("probability_density"), unit=per).axis())
    right.legend(loc="lower left", bbox_to_anchor=(0, 1.0), borderaxespad=0.2)
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower left", ncols=2)
    return style.titled(figure, title)


def _draw_over_strain(axes: Axes, table: pd.DataFrame, limits: tuple[float, float]) -> None:
    strain, residual = table["strain"].to_numpy(float), table["residual"].to_numpy(float)
    margin = 0.02 * float(np.ptp(strain)) or 0.01
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.set(xlim=(strain.min() - margin, strain.max() + margin), ylim=limits)
    cells = style.draw_cloud(axes, strain, residual, (*axes.get_xlim(), *limits), (45, 30))
    if cells:
        bar = axes.figure.colorbar(cells, ax=axes, label="Steps per cell")
        style.count_axis(bar.ax.yaxis)
    axes.axhline(0, color=style.GUIDE, linewidth=1, zorder=1.5)
