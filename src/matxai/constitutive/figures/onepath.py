"""One loading path: the stress of the law, of the network, and of the network fed with its own."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from matxai.constitutive.laws import Law
from matxai.constitutive.quantities import Units, feature_quantity
from matxai.plotting import style
from matxai.plotting.quantities import axis_label

_COLUMNS = ("step", "time", "strain", "stress", "prediction", "closed_loop")
_CLOSED_LOOP = "closed loop: fed with its own"
# The lines lie on each other where the network is good: wide and pale below, thin and broken above.
_LOOKS: dict[str, dict[str, Any]] = {
    "stress": {"color": style.BLACK, "lw": 4, "alpha": 0.3, "label": "true"},
    "prediction": {"color": style.BLUE, "ls": "--", "label": "fed with the true previous stress"},
    "closed_loop": {"color": style.VERMILION, "ls": ":", "lw": 2, "label": _CLOSED_LOOP},
}
_SMALLEST = 1e-3  # of a curve's largest error: smaller ones may leave the axis of errors


@style.styled
def onepath_figure(table: pd.DataFrame, units: Units, title: str, law: Law) -> Figure:
    """Draw the true stress and two predictions, and shade the steps that are ``plastic`` if this is known.

    ``prediction`` is the stress that follows from the true previous one, ``closed_loop`` the one
    that follows from the network's own, as a finite-element code would use it. Where the law knows
    no time, the abscissa is the step. A closed loop that diverges leaves the axes; its title says so.
    """
    style.require_columns(table, _COLUMNS, "one-path")
    if table.empty:
        return style.empty_figure("the path has no step")
    clock = "time" if law.timed else "step"
    figure = Figure(figsize=(style.FULL_WIDTH, 4.8))
    panels = figure.subplot_mosaic(
        [["path", "stress"], ["path", "error"]], height_ratios=(3, 2), width_ratios=(4, 5)
    )
    path, over, error = (panels[name] for name in ("path", "stress", "error"))
    over.sharex(error)
    for column, look in _LOOKS.items():
        path.plot(table["strain"], table[column], **look)
        over.plot(table[clock], table[column], **look)
    _draw_errors(error, table, clock)
    if "plastic" in table and table["plastic"].any():
        _shade(over, table[clock].to_numpy(float), table["plastic"].to_numpy(bool))
    low, high = _limits(table)
    loop = table["closed_loop"].to_numpy(float)
    if not ((loop >= low) & (loop <= high)).all():
        path.set_title("the closed loop leaves the axes", size=9)
    for axes in (path, over):
        axes.set(ylim=(low, high), ylabel=feature_quantity("stress", units).axis())
    path.set_xlabel(feature_quantity("strain", units).axis())
    path.xaxis.set_major_locator(MaxNLocator(5))
    over.tick_params(labelbottom=False)
    error.set_xlabel(feature_quantity("time", units).axis() if law.timed else axis_label("step"))
    error.set_ylabel(style.wrapped(axis_label("absolute_error", units.stress), 18))
    figure.legend(*over.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return style.titled(figure, title)


def _limits(table: pd.DataFrame) -> tuple[float, float]:
    """Cover the true and the fed stresses, and the closed loop up to half their range beyond."""
    shown = table[["stress", "prediction"]].to_numpy(float)
    low, high = float(np.nanmin(shown)), float(np.nanmax(shown))
    spread = high - low or 0.2 * abs(high) or 1.0
    loop = np.clip(table["closed_loop"].to_numpy(float), low - spread / 2, high + spread / 2)
    low, high = float(np.nanmin([low, *loop])), float(np.nanmax([high, *loop]))
    return low - 0.05 * spread, high + 0.05 * spread


def _draw_errors(axes: Axes, table: pd.DataFrame, clock: str) -> None:
    """Draw both absolute errors on a logarithmic axis; an exact step has no place there."""
    errors = table[["prediction", "closed_loop"]].sub(table["stress"], axis=0).abs()
    errors = errors.where((errors > 0) & np.isfinite(errors))
    for column in errors:
        axes.plot(table[clock], errors[column], **_LOOKS[str(column)])
    if errors.notna().any(axis=None):
        axes.set_yscale("log")
        axes.set_ylim(_SMALLEST * errors.max().min(), 1.5 * errors.max().max())
    axes.grid(axis="y", linewidth=0.3)


def _shade(axes: Axes, x: NDArray[np.float64], plastic: NDArray[np.bool_]) -> None:
    """Shade each run of plastic steps, from the state before it to its last state."""
    change = np.diff(plastic.astype(int), prepend=0, append=0)
    first, last = np.flatnonzero(change == 1), np.flatnonzero(change == -1) - 1
    start = x[np.maximum(first - 1, 0)]
    look: dict[str, Any] = {"color": style.ABSENT, "alpha": 0.6, "linewidth": 0, "zorder": 0}
    spans, place = np.stack([start, x[last] - start], axis=1), axes.get_xaxis_transform()
    axes.broken_barh(spans.tolist(), (0, 1), transform=place, label="plastic steps", **look)
