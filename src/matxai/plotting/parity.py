"""Predicted against true values, one panel per part of the data set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from matxai.plotting import style
from matxai.statistics.regression import mae, r2, rmse

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.collections import PolyCollection
    from numpy.typing import NDArray

    from matxai.quantities import Quantity

_FEW = 500  # samples up to which each one shows its own predicted sigma


@style.styled
def parity_figure(
    predictions: pd.DataFrame, target: Quantity, title: str = "", *, samples: str = "samples"
) -> Figure:
    """Draw predicted against true values, one panel per part of the data set.

    All panels share equal axes and, where samples are many, one density scale. MAE, RMSE and R2 stand in
    each. Rows without a finite target and prediction are counted in the panel, not drawn.

    Args:
        predictions: Columns target, prediction, part and, optionally, sigma (standard deviation).
        target: What is predicted, and its unit.
        title: What stands above.
        samples: What the rows are, such as compounds.
    """
    style.require_columns(predictions, ("target", "prediction", "part"), "parity")
    finite = np.isfinite(predictions[["target", "prediction"]].to_numpy(float)).all(axis=1)
    parts = list(predictions["part"].drop_duplicates())
    if not finite.any():
        return style.empty_figure(f"no {samples} with a target and a prediction")
    parts.sort(
        key=lambda part: list(style.PART_COLOURS).index(part) if part in style.PART_COLOURS else 9
    )
    shown = predictions[["target", "prediction"]].to_numpy(float)[finite]
    low, high = _limits(shown)

    width = style.HALF_WIDTH if len(parts) == 1 else 3.2 * len(parts)
    figure = Figure(figsize=(width + 0.6, width / len(parts) + 1.5))
    panels = figure.subplots(ncols=len(parts), squeeze=False, sharex=True, sharey=True)[0]
    densities: list[PolyCollection] = []
    for axes, part in zip(panels, parts, strict=True):
        mine = (predictions["part"] == part).to_numpy()
        table = predictions[mine & finite]
        axes.plot(
            [low, high], [low, high], color=style.GUIDE, linewidth=1, linestyle="--", zorder=3
        )
        axes.set(xlim=(low, high), ylim=(low, high), aspect="equal")
        axes.set_title(f"{part} (n = {len(table):,})")
        axes.set_xlabel(style.wrapped(target.axis("true"), 34))
        refused = int((mine & ~finite).sum())
        text = scores(table["target"].to_numpy(float), table["prediction"].to_numpy(float), target)
        style.note(axes, text + (f"\n{refused} without a value" if refused else ""))
        x, y, colour = (
            table["target"],
            table["prediction"],
            style.PART_COLOURS.get(part, style.BLUE),
        )
        few = len(table) <= _FEW
        if few and "sigma" in table:
            look = {"fmt": "none", "ecolor": colour, "elinewidth": 0.6, "alpha": 0.35}
            axes.errorbar(x, y, yerr=table["sigma"], **look)
        cells = style.draw_cloud(
            axes, x, y, (low, high, low, high), size=14 if few else 6, colour=colour, alpha=0.6
        )
        densities += [cells] if cells else []
    panels[0].set_ylabel(style.wrapped(target.axis("predicted"), 34))
    if densities:
        shared = max((cells.norm for cells in densities), key=lambda norm: norm.vmax or 0)
        for cells in densities:
            cells.set_norm(shared)
        bar = figure.colorbar(
            densities[0], ax=panels, label=f"{samples.capitalize()} per cell", shrink=0.8
        )
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


def _limits(values: NDArray[np.float64]) -> tuple[float, float]:
    """Cover all values with a margin, also where they are all equal."""
    low, high = float(values.min()), float(values.max())
    margin = 0.04 * (high - low) or 0.5 * abs(high) or 1.0
    return low - margin, high + margin
