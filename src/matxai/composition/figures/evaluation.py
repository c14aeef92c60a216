"""Training curves of CrabNet and HotCrab, and the errors of all models beside published ones."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from matxai.composition.evaluation.summary import COLUMNS
from matxai.composition.evaluation.target import error_quantity
from matxai.composition.figures.quantities import quantity
from matxai.composition.settings.tasks import CONSTANT, VALIDATION_ERROR, Target
from matxai.plotting import style
from matxai.plotting.history import history_figure
from matxai.plotting.intervals import draw_marks, legend_mark, name_rows, write_beside
from matxai.quantities import with_spread

_COLOURS = {
    "crabnet": style.BLUE, "hotcrab": style.VERMILION, "random forest": style.GREEN,
    "roost": style.PURPLE,
}  # fmt: skip
_PUBLISHED: dict[str, Any] = {"fillstyle": "none", "markersize": 6}
_BAR: dict[str, Any] = {"marker": "", "line": "-"}
_LINE = 0.22  # inches a model
_AXES = {
    "regression": quantity("relative_mae").label,
    "classification": f"1 − {quantity('roc_auc').label[0].lower()}{quantity('roc_auc').label[1:]}",
}


def crabnet_history_figure(history: pd.DataFrame, target: Target, title: str) -> Figure:
    """Draw loss, validation error (of the target's task) and learning rate; one row per epoch."""
    error = VALIDATION_ERROR[target["task"]]
    named = history.rename(columns={"val_error": error})
    return history_figure(named, error_quantity(target), title, error=error)


@style.styled
def summary_figure(table: pd.DataFrame) -> Figure:
    """Draw `summary.summary_table`: one band per data set, one line per model, numbers on the right.

    Data sets of a number stand above, their MAE divided by that of the training mean; those of classes
    below, 1 - area under the ROC curve: left is better in both. Filled mark: mean over seeds, thick bar its
    standard deviation, thin bar the 95 % interval over test compositions; open diamond: published.
    """
    style.require_columns(table, COLUMNS, "summary")
    tasks = [task for task in _AXES if (table["task"] == task).any()]
    if not tasks:
        return style.empty_figure("no data set was evaluated")
    lines = [int((table["task"] == task).sum()) for task in tasks]
    figure = Figure(figsize=(style.FULL_WIDTH + 1, 1.0 + sum(0.8 + _LINE * n for n in lines)))
    ratios = [0.3 + _LINE * n for n in lines]
    panels = figure.subplots(nrows=len(tasks), squeeze=False, height_ratios=ratios)[:, 0]
    for axes, task in zip(panels, tasks, strict=True):
        _panel(axes, table[table["task"] == task], task)
    looks: list[dict[str, Any]] = [
        {"label": "a model (of several seeds their mean)"},
        {"label": "± standard deviation of seeds", **_BAR, "linewidth": 4, "alpha": 0.5},
        {"label": "95 % interval over test compositions", **_BAR, "linewidth": 1},
    ]
    if table["published"].notna().any():
        looks.append({"label": "published, one value each", "marker": "D", **_PUBLISHED})
    entries = [legend_mark(color=style.BLACK, **look) for look in looks]
    figure.legend(handles=entries, loc="outside upper center", ncols=len(entries), fontsize=8)
    return figure


def _panel(axes: Axes, table: pd.DataFrame, task: str) -> None:
    groups = table.groupby("dataset", sort=False)
    name_rows(axes, list(table["model"]), groups.size().tolist())
    axes.tick_params(axis="y", labelsize=8)
    texts: list[str] = []
    # Of a label of 8 points, wrapped by its rows.
    left = -5.2 * min(table["model"].str.len().max(), 24) - 16
    for name, rows in groups:
        constant = rows.loc[rows["model"] == CONSTANT["regression"], "mean"]
        scale = 1 / constant.item() if task == "regression" else None
        axes.annotate(
            style.wrapped(str(name), 22), (0, len(texts) + (len(rows) - 1) / 2), (left, 0),
            ha="right", va="center", xycoords=("axes fraction", "data"), textcoords="offset points",
            fontweight="bold", size=9, gid=f"dataset-{name}",
        )  # fmt: skip
        for _, row in rows.iterrows():
            texts.append(_model(axes, row, len(texts), scale))
    write_beside(axes, texts, size=8)
    axes.set_xlim(left=0)
    axes.grid(axis="x", linewidth=0.4)
    axes.set_xlabel(f"{_AXES[task]} (left is better)")


def _model(axes: Axes, row: pd.Series, number: int, scale: float | None) -> str:
    """Draw one line in the unit of the axis: ``scale`` times, or 1 minus the value; and its numbers."""

    def place(value: float) -> float:
        return 1 - value if scale is None else value * scale

    colour = _COLOURS.get(row["model"].split(",")[0], style.GUIDE)
    mean, spread = row["mean"], row["seed_sd"]
    texts = []
    if np.isfinite(mean):
        ends = place(row["test_ci_low"]), place(row["test_ci_high"])
        draw_marks(axes, number, place(mean), ends, width=1, color=colour, gid=f"mean-{number}")
        if np.isfinite(spread):
            ends = place(mean - spread), place(mean + spread)
            axes.hlines(number, *ends, color=colour, linewidth=4, alpha=0.5)
        text = with_spread(mean, spread)
        texts.append(f"AUC {text}" if scale is None else f"{text} {row['unit']}".rstrip())
    if np.isfinite(row["published"]):
        look = {"color": colour, "gid": f"published-{number}", **_PUBLISHED}
        axes.plot(place(row["published"]), number, "D", **look)
        texts.append(f"published {row['published']:.4g}")
    return ", ".join(texts)
