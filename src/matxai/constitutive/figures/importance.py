"""What the network listens to: permutation, saliency, integrated gradients, and all side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from matxai.constitutive.figures.quantities import feature_quantity
from matxai.plotting import style
from matxai.plotting.quantities import axis_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.container import BarContainer

    from matxai.constitutive.figures.quantities import Units

_LOOKS = (
    (style.BLUE, ""),
    (style.ORANGE, "//"),
    (style.GREEN, ".."),
)  # told apart in grey by their hatches
_DECADES = 100.0  # ratio of the largest to the smallest drop from which the axis is logarithmic
_NOISE = 1e-3  # drops of R2 below this are drawn on a linear scale about zero


@style.styled
def permutation_figure(table: pd.DataFrame, units: Units, title: str) -> Figure:
    """Draw columns kind ("feature" or "group"), name, drop, ci_low, ci_high, base_r2.

    Groups of features that move together stand below the single features, on the same axis, which
    is linear about zero and logarithmic beyond where drops span more than two decades.
    """
    style.require_columns(
        table, ("kind", "name", "drop", "ci_low", "ci_high", "base_r2"), "permutation"
    )
    table = table[np.isfinite(table["drop"].to_numpy(float))]
    kinds = [kind for kind in ("feature", "group") if (table["kind"] == kind).any()]
    if not kinds:
        return style.empty_figure("no feature was permuted")
    rows = {kind: table[table["kind"] == kind].sort_values("drop") for kind in kinds}
    sizes = [len(rows[kind]) + 0.5 for kind in kinds]
    figure = Figure(figsize=(style.FULL_WIDTH, 1.4 + 0.32 * sum(sizes)))
    panels = figure.subplots(len(kinds), sharex=True, squeeze=False, height_ratios=sizes)[:, 0]
    for axes, kind, look in zip(panels, kinds, _LOOKS, strict=False):
        mine = rows[kind]
        names = mine["name"]
        labels = (
            _labels(names, units) if kind == "feature" else [style.wrapped(n, 30) for n in names]
        )
        _bars(axes, labels, mine, "drop", look)
        intervals = mine[["drop", "ci_low", "ci_high"]].to_numpy(float)
        _column(axes, [_with_interval(*row) for row in intervals])
        axes.set_title({"feature": "alone", "group": "together"}[kind], loc="left", size=10)
    _scale(panels[0], table)
    base = table["base_r2"].iloc[0]
    kind = "" if panels[0].get_xscale() == "linear" else ", logarithmic away from zero"
    r2 = f"{base:.5f}" if base < 0.99999 else f"1 − {1 - base:.1e}"
    panels[-1].set_xlabel(f"{axis_label('r2_drop')} (nothing permuted: R² {r2}){kind}")
    return style.titled(figure, title)


@style.styled
def saliency_figure(table: pd.DataFrame, units: Units, title: str) -> Figure:
    """Draw columns name, standardised, ci_low, ci_high, physical, signed_mean, unit.

    The bars are per standard deviation of feature and target; the gradient in its own ``unit``,
    which no axis could share, is written beside them. ``physical_ci_low`` and ``physical_ci_high``
    are its interval. A constant feature has no physical gradient.
    """
    columns = (
        "name", "standardised", "ci_low", "ci_high", "physical", "physical_ci_low",
        "physical_ci_high", "signed_mean", "unit",
    )  # fmt: skip
    style.require_columns(table, columns, "saliency")
    table = table[np.isfinite(table["standardised"].to_numpy(float))].sort_values("standardised")
    if table.empty:
        return style.empty_figure("no feature has a gradient")
    figure = Figure(figsize=(style.FULL_WIDTH, 1.5 + 0.36 * len(table)))
    axes = figure.add_subplot()
    _bars(axes, _labels(table["name"], units), table, "standardised", _LOOKS[0])
    mean = axes.plot(
        table["signed_mean"], range(len(table)), "D", color="black", markersize=5,
        markerfacecolor="white", label="mean gradient with its sign",
    )  # fmt: skip
    physical = table[["physical", "physical_ci_low", "physical_ci_high"]].to_numpy(float)
    texts = [
        f"{_with_interval(*row)} {unit}".rstrip() if np.isfinite(row[0]) else "constant"
        # An empty unit comes back from a CSV file as NaN.
        for row, unit in zip(physical, table["unit"].astype(object).fillna(""), strict=True)
    ]
    _column(axes, texts, "in physical units")
    axes.set_xlabel(f"{axis_label('saliency')} (standard deviations of the target per feature's)")
    figure.legend(handles=mean, loc="outside lower right")
    return style.titled(figure, title)


@style.styled
def integrated_gradients_figure(table: pd.DataFrame, units: Units, title: str) -> Figure:
    """Draw columns baseline, name, mean_absolute, ci_low, ci_high (unit of stress), signed_mean.

    One bar a baseline; features are sorted by their largest attribution over the baselines.
    """
    columns = ("baseline", "name", "mean_absolute", "ci_low", "ci_high", "signed_mean")
    style.require_columns(table, columns, "integrated-gradients")
    table = table[np.isfinite(table["mean_absolute"].to_numpy(float))]
    if table.empty:
        return style.empty_figure("no feature has an attribution")
    names = list(table.groupby("name")["mean_absolute"].max().sort_values(kind="stable").index)
    baselines = list(table["baseline"].drop_duplicates())
    height = 0.84 / len(baselines)
    figure = Figure(figsize=(style.FULL_WIDTH, 1.5 + 0.22 * len(names) * len(baselines)))
    axes = figure.add_subplot()
    handles = []
    for place, (baseline, look) in enumerate(zip(baselines, _LOOKS, strict=False)):
        rows = table[table["baseline"] == baseline].set_index("name").reindex(names)
        shift = ((len(baselines) - 1) / 2 - place) * height
        bars = _bars(axes, _labels(names, units), rows, "mean_absolute", look, height, shift)
        bars.set_label(f"from the {baseline}")
        handles.append(bars)
        values = rows[["mean_absolute", "ci_low", "ci_high"]].to_numpy(float)
        _column(axes, [_with_interval(*row) for row in values], shift=shift, size=8)
    axes.set_xlim(left=0)
    axes.set_xlabel(axis_label("attribution", units.stress))
    figure.legend(handles=handles, loc="outside lower right", ncols=len(handles))
    return style.titled(figure, title)


@style.styled
def comparison_figure(table: pd.DataFrame, units: Units, title: str) -> Figure:
    """Draw columns feature, method, value, relative, relative_ci_low, relative_ci_high: a panel a method.

    ``relative`` is ``value`` divided by the method's largest; ``value`` is written beside the bar.
    Features are sorted by the mean of ``relative`` over the methods.
    """
    columns = ("feature", "method", "value", "relative", "relative_ci_low", "relative_ci_high")
    style.require_columns(table, columns, "comparison")
    table = table[np.isfinite(table["relative"].to_numpy(float))]
    if table.empty:
        return style.empty_figure("no feature has an importance")
    names = list(table.groupby("feature")["relative"].mean().sort_values(kind="stable").index)
    methods = list(table["method"].drop_duplicates())
    figure = Figure(figsize=(style.FULL_WIDTH, 1.5 + 0.32 * len(names)))
    panels = figure.subplots(ncols=len(methods), sharey=True, squeeze=False)[0]
    for axes, method, look in zip(panels, methods, _LOOKS, strict=False):
        rows = table[table["method"] == method].set_index("feature").reindex(names)
        rows = rows[["value", "relative", "relative_ci_low", "relative_ci_high"]]
        rows = rows.rename(columns={"relative_ci_low": "ci_low", "relative_ci_high": "ci_high"})
        _bars(axes, _labels(names, units), rows, "relative", look)
        _column(axes, [_number(value) for value in rows["value"]], size=8)
        axes.set_title(style.wrapped(str(method), 24))
        axes.set_xlabel("Share of the largest")
    return style.titled(figure, title)


def _labels(names: Sequence[str] | pd.Series, units: Units) -> list[str]:
    return [feature_quantity(name, units).label for name in names]


def _bars(
    axes: Axes, labels: list[str], table: pd.DataFrame, column: str, look: tuple[str, str],
    height: float = 0.66, shift: float = 0.0,
) -> BarContainer:  # fmt: skip
    """Draw a bar a row of ``table``, the first at the bottom, with ci_low and ci_high as whisker."""
    y = np.arange(len(table)) + shift
    colour, hatch = look
    bars = axes.barh(
        y, table[column], height, color=colour, hatch=hatch, edgecolor="white", linewidth=0
    )
    axes.hlines(y, table["ci_low"], table["ci_high"], color="black", linewidth=1.2)
    axes.axvline(0, color=style.GUIDE, linewidth=0.8)
    axes.set_yticks(range(len(table)), labels)
    axes.set_ylim(-0.6, len(table) - 0.4)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", linewidth=0.3)
    axes.set_axisbelow(True)
    return bars


def _column(
    axes: Axes, texts: list[str], heading: str = "", shift: float = 0.0, size: float = 9
) -> None:
    """Write a text a bar to the right of the axes, where it hides no data."""
    place = axes.get_yaxis_transform()
    for row, text in enumerate(texts):
        axes.text(1.02, row + shift, text, transform=place, size=size, va="center")
    axes.text(1.02, len(texts) - 0.4, heading, transform=place, size=size, weight="bold")


def _number(value: float) -> str:
    """Write three significant digits, as a plain number where that is short."""
    if not np.isfinite(value):
        return "–"
    if value == 0 or 1e-4 <= abs(value) < 1e6:
        return f"{float(f'{value:.3g}'):,g}"
    return f"{value:.1e}"


def _with_interval(value: float, low: float, high: float) -> str:
    if not (np.isfinite(low) and np.isfinite(high)):
        return _number(value)
    return f"{_number(value)} ({_number(low)} to {_number(high)})"


def _scale(axes: Axes, table: pd.DataFrame) -> None:
    """Make the axis symmetrically logarithmic where drops span more than two decades."""
    drops = table["drop"].abs()
    drops = drops[drops >= _NOISE]
    if drops.empty or drops.max() <= _DECADES * drops.min():
        return
    axes.set_xscale("symlog", linthresh=_NOISE, linscale=0.7)
    axes.set_xlim(left=min(2 * axes.get_xlim()[0], -_NOISE))
