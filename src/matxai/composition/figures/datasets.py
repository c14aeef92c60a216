"""Several data sets side by side: how large each part is and how diverse its elements are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from matxai.composition.data.statistics import WHOLE
from matxai.learning.split import PARTS
from matxai.plotting import style
from matxai.plotting.quantities import axis_label

if TYPE_CHECKING:
    import pandas as pd

_MARKERS = {"train": "o", "val": "s", "test": "^", WHOLE: "D"}


@style.styled
def datasets_figure(summaries: pd.DataFrame) -> Figure:
    """Draw sizes and entropies (with 95 % interval), one row a data set, one mark a part.

    ``summaries``: the tables of ``statistics.summary`` under each other, with a column dataset.
    Data sets keep the order in which they come; empty parts have no mark.
    """
    columns = ("dataset", "part", "compounds", "entropy", "entropy_ci_low", "entropy_ci_high")
    style.require_columns(summaries, columns, "data-set summary")
    summaries = summaries[summaries["compounds"] > 0]
    names = list(summaries["dataset"].drop_duplicates())
    if not names:
        return style.empty_figure("no data set holds a compound")
    figure = Figure(figsize=(style.FULL_WIDTH, 1.6 + 0.5 * len(names)))
    size, diversity = figure.subplots(ncols=2, sharey=True)
    for place, part in enumerate((*PARTS, WHOLE)):
        table = summaries[summaries["part"] == part]
        y = np.array([names.index(name) for name in table["dataset"]]) + 0.16 * (place - 1.5)
        look = {"color": style.PART_COLOURS[part], "marker": _MARKERS[part], "linestyle": "none"}
        size.plot(table["compounds"], y, **look, label=part)
        value = table["entropy"].to_numpy()
        below = value - table["entropy_ci_low"].to_numpy()
        above = table["entropy_ci_high"].to_numpy() - value
        diversity.errorbar(value, y, xerr=[below, above], **look, elinewidth=1.2)
    size.set_xscale("log")
    style.count_axis(size.xaxis)
    size.set_xlabel(axis_label("compounds"))
    diversity.set_xlabel(axis_label("entropy"))
    style.name_rows(size, names)
    for axes in (size, diversity):
        axes.grid(axis="x", linewidth=0.4)
        for place in range(0, len(names), 2):
            axes.axhspan(place - 0.5, place + 0.5, color="#F2F2F2", linewidth=0, zorder=0)
    figure.legend(*size.get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure
