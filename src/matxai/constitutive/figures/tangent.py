"""The network's stiffness against the analytic tangent of the law."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from matxai.constitutive.figures.residuals import KIND_LOOKS
from matxai.constitutive.laws import Array
from matxai.constitutive.quantities import QUANTITIES, Units, feature_quantity
from matxai.plotting import style
from matxai.plotting.quantities import axis_label

_CURVE = 400  # points of a cumulative curve
_LEFT_OUT = 0.005  # share of the steps whose errors are so small that the axis starts after them


@style.styled
def tangent_figure(table: pd.DataFrame, summary: pd.DataFrame, units: Units, title: str) -> Figure:
    """Draw one panel per group, and the cumulative share of |network - analytic| / |analytic|.

    ``table`` has one row per test step, ``summary`` the quantiles of that relative error as fractions.
    Steps whose analytic tangent is unknown or zero have no relative error and are left out.
    """
    style.require_columns(table, ("tangent", "network", "group"), "tangent")
    style.require_columns(summary, ("group", "median", "ci_low", "ci_high", "q95"), "tangent")
    pairs = table[["tangent", "network"]].to_numpy(float)
    table = table[np.isfinite(pairs).all(axis=1) & (pairs[:, 0] != 0)]
    if table.empty:
        problem = "no analytic tangent is known: the data must state the parameters of the law"
        return style.empty_figure(problem)
    groups = table.groupby("group")
    figure = Figure(figsize=(style.FULL_WIDTH, 3.8 if len(groups) > 1 else 4.0))
    *panels, last = figure.subplots(ncols=len(groups) + 1, width_ratios=[1] * len(groups) + [1.2])
    stress = feature_quantity("tangent", units)
    lowest = []
    for axes, (group, rows) in zip(panels, groups, strict=True):
        true, network = rows["tangent"].to_numpy(float), rows["network"].to_numpy(float)
        beyond = _draw_pairs(axes, true, network)
        hidden = f"\n{beyond:,} of them beyond the axes" if beyond else ""
        axes.set_title(f"{group} (n = {len(rows):,}){hidden}", size=10)
        axes.set_xlabel(style.wrapped(stress.axis("analytic"), 34))
        error = np.sort(np.abs(network - true) / np.abs(true)) * 100
        colour, dashes = KIND_LOOKS[str(group)]
        rank = np.linspace(0, len(error) - 1, min(_CURVE, len(error))).astype(int)
        lowest.append(error[int(_LEFT_OUT * len(error))])
        last.plot(error[rank], (rank + 1) / len(error), color=colour, linestyle=dashes)
    panels[0].set_ylabel(style.wrapped(stress.axis("network"), 34))
    _draw_medians(last, summary[summary["group"].isin(groups.groups)])
    last.set(xscale="log", ylim=(0, 1.02), ylabel=QUANTITIES.axis_label("share_of_steps"))
    last.set_xlim(left=min((error for error in lowest if error > 0), default=None))
    last.set_xlabel(axis_label("relative_error", "%"))
    last.grid(linewidth=0.3)
    figure.legend(*last.get_legend_handles_labels(), loc="outside lower center", ncols=1)
    return style.titled(figure, title)


def _draw_pairs(axes: Axes, true: Array, network: Array) -> int:
    """Draw network against analytic tangents within the bulk of both, and count the steps beyond."""
    ends = [*np.quantile(network, [0.001, 0.999]), true.min(), true.max()]
    margin = 0.05 * float(np.ptp(ends)) or 0.05 * abs(ends[0]) or 0.5
    low, high = float(min(ends)) - margin, float(max(ends)) + margin
    axes.set(xlim=(low, high), ylim=(low, high), aspect="equal")
    axes.locator_params(axis="x", nbins=4)
    style.draw_cloud(axes, true, network, (low, high, low, high), 40)
    axes.plot([low, high], [low, high], color=style.GUIDE, linewidth=1, linestyle="--")
    return int(((network < low) | (network > high)).sum())


def _draw_medians(axes: Axes, summary: pd.DataFrame) -> None:
    percent = 100 * summary[["median", "ci_low", "ci_high", "q95"]].to_numpy(float)
    for group, (median, low, high, most) in zip(summary["group"], percent, strict=True):
        colour, dashes = KIND_LOOKS[group]
        interval = f" ({low:.2g} to {high:.2g} %)" if np.isfinite(low) else ""
        label = f"{group}: median {median:.2g} %{interval}, 95 % of steps below {most:.2g} %"
        axes.plot(median, 0.5, "o", color=colour, linestyle=dashes, label=label)
