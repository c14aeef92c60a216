"""Several data sets side by side: how large each part is and how diverse its elements are."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from matxai.composition.data.statistics import WHOLE
from matxai.composition.figures.quantities import axis_label
from matxai.learning.split import PARTS
from matxai.plotting import style
from matxai.plotting.intervals import draw_marks, name_rows

_MARKERS = {"train": "o", "val": "s", "test": "^", WHOLE: "D"}


@style.styled
def datasets_figure(summaries: pd.DataFrame) -> Figure:
    """Draw sizes and entropies (with 95 % interval), one row per data set, one mark per part.

    Data sets keep the order in which they come; empty parts have no mark. ``summaries``: the tables of
    ``statistics.summary`` under each other, with a column dataset.
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
        colour, marker = style.PART_COLOURS[part], _MARKERS[part]
        size.plot(table["compounds"], y, marker, color=colour, label=part)
        ends = table["entropy_ci_low"], table["entropy_ci_high"]
        draw_marks(diversity, y, table["entropy"], ends, marker, color=colour, markersize=6)
    size.set_xscale("log")
    style.count_axis(size.xaxis)
    size.set_xlabel(axis_label("compounds"))
    diversity.set_xlabel(axis_label("entropy"))
    for axes in (size, diversity):
        name_rows(axes, names, [1] * len(names))
        axes.grid(axis="x", linewidth=0.4)
    figure.legend(*size.get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure
