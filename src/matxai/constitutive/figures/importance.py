"""What the network listens to: permutation, saliency, integrated gradients, and all side by side."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from matxai.constitutive.quantities import Units, feature_quantity
from matxai.plotting import style
from matxai.plotting.intervals import draw_bars, legend_mark, write_beside
from matxai.plotting.quantities import axis_label
from matxai.quantities import number, with_interval

_LOOKS: tuple[dict[str, Any], ...] = (  # told apart in grey by their hatches
    {"color": style.BLUE, "hatch": ""},
    {"color": style.ORANGE, "hatch": "//"},
    {"color": style.GREEN, "hatch": ".."},
)
_DECADES = 100.0  # ratio of the largest to the smallest drop from which the axis is logarithmic
_NOISE = 1e-3  # drops of R2 below this are drawn on a linear scale about zero


@style.styled
def permutation_figure(table: pd.DataFrame, units: Units, title: str) -> Figure:
    """Draw the drop of R2 when features are permuted.

    Groups of features that move together (kind "group") stand below the single ones ("feature"), on the
    same axis, which is linear about zero and logarithmic beyond where drops span more than two decades.
    """
    columns = ("kind", "name", "drop", "ci_low", "ci_high", "base_r2")
    table = _finite(table, columns, "drop", "permutation").sort_values("drop")
    if table.empty:
        return style.empty_figure("no feature was permuted")
    kinds = table.groupby("kind")
    sizes = (kinds.size() + 0.5).tolist()
    figure = Figure(figsize=(style.FULL_WIDTH, 1.4 + 0.32 * sum(sizes)))
    panels = figure.subplots(len(kinds), sharex=True, squeeze=False, height_ratios=sizes)[:, 0]
    for axes, (kind, rows), look in zip(panels, kinds, _LOOKS, strict=False):
        names = _labels(rows["name"], units) if kind == "feature" else rows["name"]
        ends = rows["ci_low"], rows["ci_high"]
        draw_bars(axes, [style.wrapped(name, 30) for name in names], rows["drop"], ends, **look)
        write_beside(axes, _intervals(rows, "drop", "ci_low", "ci_high"))
        axes.set_title({"feature": "alone", "group": "together"}[str(kind)], loc="left", size=10)
    _scale(panels[0], table)
    base = table["base_r2"].iloc[0]
    kind = "" if panels[0].get_xscale() == "linear" else ", logarithmic away from zero"
    r2 = f"{base:.5f}" if base < 0.99999 else f"1 − {1 - base:.1e}"
    panels[-1].set_xlabel(f"{axis_label('r2_drop')} (nothing permuted: R² {r2}){kind}")
    return style.titled(figure, title)


@style.styled
def saliency_figure(table: pd.DataFrame, units: Units, title: str) -> Figure:
    """Draw the mean absolute gradient of the stress with respect to each feature.

    The bars are per standard deviation of feature and target; the gradient in its own unit, which no
    axis could share, is written beside them. A constant feature has no physical gradient.
    """
    physical = ("physical", "physical_ci_low", "physical_ci_high")
    columns = ("name", "standardised", "ci_low", "ci_high", *physical, "signed_mean", "unit")
    table = _finite(table, columns, "standardised", "saliency").sort_values("standardised")
    if table.empty:
        return style.empty_figure("no feature has a gradient")
    figure = Figure(figsize=(style.FULL_WIDTH, 1.5 + 0.36 * len(table)))
    axes = figure.add_subplot()
    names, ends = _labels(table["name"], units), (table["ci_low"], table["ci_high"])
    draw_bars(axes, names, table["standardised"], ends, **_LOOKS[0])
    look: dict[str, Any] = {"color": "black", "markersize": 5, "markerfacecolor": "white"}
    axes.plot(table["signed_mean"], range(len(table)), "D", **look)
    # An empty unit comes back from a CSV file as NaN.
    unit = table["unit"].astype(object).fillna("")
    written = (pd.Series(_intervals(table, *physical), table.index) + " " + unit).str.rstrip()
    texts = written.where(table["physical"].notna(), "constant")
    write_beside(axes, texts.tolist(), "in physical units")
    axes.set_xlabel(f"{axis_label('saliency')} (standard deviations of the target per feature's)")
    entry = legend_mark("mean gradient with its sign", "D", **look)
    figure.legend(handles=[entry], loc="outside lower right")
    return style.titled(figure, title)


@style.styled
def integrated_gradients_figure(table: pd.DataFrame, units: Units, title: str) -> Figure:
    """Draw one bar (unit of stress) per feature and baseline; the largest of a feature sorts it."""
    columns = ("baseline", "name", "mean_absolute", "ci_low", "ci_high", "signed_mean")
    table = _finite(table, columns, "mean_absolute", "integrated-gradients")
    if table.empty:
        return style.empty_figure("no feature has an attribution")
    names = list(table.groupby("name")["mean_absolute"].max().sort_values(kind="stable").index)
    baselines = table.groupby("baseline", sort=False)
    height = 0.84 / len(baselines)
    figure = Figure(figsize=(style.FULL_WIDTH, 1.5 + 0.22 * len(names) * len(baselines)))
    axes = figure.add_subplot()
    for place, ((baseline, rows), look) in enumerate(zip(baselines, _LOOKS, strict=False)):
        shift = ((len(baselines) - 1) / 2 - place) * height
        look = {**look, "label": f"from the {baseline}", "height": height, "shift": shift}
        rows = rows.set_index("name").reindex(names)
        ends = rows["ci_low"], rows["ci_high"]
        draw_bars(axes, _labels(names, units), rows["mean_absolute"], ends, **look)
        texts = _intervals(rows, "mean_absolute", "ci_low", "ci_high")
        write_beside(axes, texts, shift=shift, size=8)
    axes.set_xlim(left=0)
    axes.set_xlabel(axis_label("attribution", units.stress))
    figure.legend(loc="outside lower right", ncols=len(baselines))
    return style.titled(figure, title)


@style.styled
def comparison_figure(table: pd.DataFrame, units: Units, title: str) -> Figure:
    """Draw the importances of all methods side by side, one panel per method.

    Features are sorted by the mean of ``relative`` (``value`` divided by the method's largest) over the
    methods; ``value`` stands beside the bar.
    """
    columns = ("feature", "method", "value", "relative", "relative_ci_low", "relative_ci_high")
    table = _finite(table, columns, "relative", "comparison")
    if table.empty:
        return style.empty_figure("no feature has an importance")
    names = list(table.groupby("feature")["relative"].mean().sort_values(kind="stable").index)
    methods = table.groupby("method", sort=False)
    figure = Figure(figsize=(style.FULL_WIDTH, 1.5 + 0.32 * len(names)))
    panels = figure.subplots(ncols=len(methods), sharey=True, squeeze=False)[0]
    for axes, (method, rows), look in zip(panels, methods, _LOOKS, strict=False):
        rows = rows.set_index("feature").reindex(names)
        ends = rows["relative_ci_low"], rows["relative_ci_high"]
        draw_bars(axes, _labels(names, units), rows["relative"], ends, **look)
        write_beside(axes, [number(value) for value in rows["value"]], size=8)
        axes.set_title(style.wrapped(str(method), 24))
        axes.set_xlabel("Share of the largest")
    return style.titled(figure, title)


def _finite(table: pd.DataFrame, columns: tuple[str, ...], value: str, figure: str) -> pd.DataFrame:
    """Take the rows with a finite ``value`` of a table that has all ``columns``."""
    style.require_columns(table, columns, figure)
    return table[np.isfinite(table[value].to_numpy(float))]


def _labels(names: Iterable[str], units: Units) -> list[str]:
    return [feature_quantity(name, units).label for name in names]


def _intervals(table: pd.DataFrame, *columns: str) -> list[str]:
    return [with_interval(*row) for row in table[list(columns)].to_numpy(float)]


def _scale(axes: Axes, table: pd.DataFrame) -> None:
    """Make the axis symmetrically logarithmic where drops span more than two decades."""
    drops = table["drop"].abs()
    drops = drops[drops >= _NOISE]
    if drops.max() > _DECADES * drops.min():  # never if there is none
        axes.set_xscale("symlog", linthresh=_NOISE, linscale=0.7)
        axes.set_xlim(left=min(2 * axes.get_xlim()[0], -_NOISE))
