"""What the state of a recurrent network holds: its components against internal variables."""

from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from matxai.constitutive.quantities import QUANTITIES, Units, feature_quantity
from matxai.plotting import style
from matxai.plotting.heat_map import draw_heat_map
from matxai.plotting.intervals import draw_curve
from matxai.plotting.quantities import axis_label

_LOOKS: tuple[tuple[str, str, Any], ...] = (
    (style.BLUE, "o", "-"), (style.VERMILION, "s", "--"), (style.GREEN, "^", "-."),
    (style.ORANGE, "D", ":"), (style.PURPLE, "v", (0, (8, 2))), (style.BLACK, "P", (0, (1, 4))),
)  # fmt: skip
FALSE_DISCOVERIES = 0.05  # share of the correlations without a dot that may be chance
_LOWEST = -0.5  # R2 below which a recovery is no better drawn
_RECOVERED = "_recovered"


@style.styled
def states_figure(
    variance: pd.DataFrame,
    recovery: pd.DataFrame,
    correlation: pd.DataFrame,
    units: Units,
    title: str,
) -> Figure:
    """Draw explained variance, recovery of the internal variables (if a law has any), and correlations."""
    style.require_columns(variance, ("component", "share", "cumulative"), "state")
    style.require_columns(recovery, ("variable", "components", "r2", "ci_low", "ci_high"), "state")
    style.require_columns(correlation, ("variable", "component", "r", "p_bh"), "state")
    if variance.empty:
        return style.empty_figure("the recurrent state has no component")
    figure = Figure(figsize=(style.FULL_WIDTH, 6.2))
    panels = figure.subplot_mosaic([["variance", "recovery"], ["map", "map"]], height_ratios=(3, 2))
    _draw_variance(panels["variance"], variance)
    _draw_recovery(panels["recovery"], recovery, units)
    _draw_correlation(panels["map"], correlation, units)
    return style.titled(figure, title)


@style.styled
def state_path_figure(table: pd.DataFrame, units: Units, title: str) -> Figure:
    """Draw one path: step, components c1, c2, ... and, a variable, ``name`` and ``name_recovered``.

    The first six components are drawn, as they come: in standard deviations over all steps.
    """
    style.require_columns(table, ("step", "c1"), "state-path")
    if table.empty:
        return style.empty_figure("the path has no step")
    names = [str(name) for name in table.columns]
    components = [name for name in names if name[0] == "c" and name[1:].isdigit()]
    variables = [name.removesuffix(_RECOVERED) for name in names if name.endswith(_RECOVERED)]
    figure = Figure(figsize=(style.FULL_WIDTH, 2.7 + 1.7 * len(variables)))
    first, *others = figure.subplots(1 + len(variables), sharex=True, squeeze=False)[:, 0]
    for name, (colour, _, dashes) in zip(components, _LOOKS, strict=False):
        first.plot(table["step"], table[name], color=colour, linestyle=dashes, label=name[1:])
    first.set_ylabel(style.wrapped("Component (standard deviations)", 20))
    first.legend(title="component", loc="center left", bbox_to_anchor=(1.0, 0.5))
    true = {"color": style.BLACK, "linewidth": 4, "alpha": 0.3, "label": "true"}
    recovered = {"color": style.VERMILION, "linestyle": "--", "label": "recovered"}
    for axes, name in zip(others, variables, strict=True):
        axes.plot(table["step"], table[name], **true)
        axes.plot(table["step"], table[name + _RECOVERED], **recovered)
        axes.set_ylabel(style.wrapped(feature_quantity(name, units).axis(), 20))
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    (others or [first])[-1].set_xlabel(axis_label("step"))
    return style.titled(figure, title)


def _draw_variance(axes: Axes, variance: pd.DataFrame) -> None:
    x = variance["component"]
    axes.bar(x, variance["share"], color=style.SKY, label="each")
    axes.plot(x, variance["cumulative"], "o-", color=style.BLACK, markersize=4, label="cumulative")
    axes.set(ylim=(0, 1.05), ylabel=axis_label("explained_variance"))
    axes.set_xlabel(QUANTITIES.axis_label("state_component"))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(loc="center right")


def _draw_recovery(axes: Axes, recovery: pd.DataFrame, units: Units) -> None:
    axes.set(xlabel="Leading components", ylabel="R² of the linear map")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if recovery.empty:
        axes.set(xticks=[], yticks=[])
        text = "no internal variable: the stress of this law follows from the strain alone"
        look: dict[str, Any] = {"color": style.GUIDE, "ha": "center", "va": "center"}
        axes.text(0.5, 0.5, style.wrapped(text, 30), transform=axes.transAxes, **look)
        return
    curves = zip(recovery.groupby("variable", sort=False), cycle(_LOOKS), strict=False)
    for (name, rows), (colour, marker, dashes) in curves:
        label = feature_quantity(str(name), units).label
        ends = rows["ci_low"], rows["ci_high"]
        curve = {"color": colour, "marker": marker, "linestyle": dashes, "label": label}
        draw_curve(axes, rows["components"], rows["r2"], ends, **curve)
    axes.axhline(0, color=style.GUIDE, linewidth=0.8)
    lowest = float(np.nanmin([0.0, *recovery["r2"], *recovery["ci_low"]]))
    axes.set_ylim(max(lowest, _LOWEST) - 0.05, 1.05)
    if recovery["r2"].min() < _LOWEST:
        axes.set_title(f"lowest R²: {recovery['r2'].min():.3g}", size=9)
    axes.grid(linewidth=0.3)
    axes.legend(loc="lower right")


def _draw_correlation(axes: Axes, correlation: pd.DataFrame, units: Units) -> None:
    """Write each coefficient into its cell; an undefined one is grey, one that chance gives has a dot."""
    names = list(correlation["variable"].drop_duplicates())
    matrix, p = (
        correlation.pivot_table(column, "variable", "component", dropna=False).reindex(names)
        for column in ("r", "p_bh")
    )
    values, chance = matrix.to_numpy(float), p.to_numpy(float) > FALSE_DISCOVERIES
    image = draw_heat_map(axes, values, Normalize(-1, 1), marked=chance, digits=2)
    axes.set_aspect("auto")
    axes.set_xticks(range(values.shape[1]), [str(c) for c in matrix.columns])
    axes.set_yticks(range(len(names)), [feature_quantity(name, units).label for name in names])
    axes.set_xlabel(QUANTITIES.axis_label("state_component"))
    bar = axes.figure.colorbar(image, ax=axes, label=axis_label("correlation"))
    bar.set_ticks([-1, -0.5, 0, 0.5, 1])
