"""The global UMAP of a layer: one point per composition, once for each colouring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from matxai.composition.elements.electronegativity import IONIC, NOT_IONIC, UNKNOWN
from matxai.composition.figures.quantities import axis_label
from matxai.composition.figures.umap_local import shown_of
from matxai.plotting import style
from matxai.plotting.intervals import legend_mark
from matxai.plotting.point_map import Colouring, colour_bar, draw_points

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from matxai.quantities import Quantity


_MARGINS = {
    "left": 0.03, "right": 0.985, "bottom": 0.035, "top": 0.855, "wspace": 0.1, "hspace": 0.38,
}  # fmt: skip


def global_colourings(target: Quantity) -> list[Colouring]:
    """What the points of a global map are coloured by; target and prediction share their scale."""
    both = ("target", "prediction")
    return [
        Colouring("target", target.axis("true"), both),
        Colouring("prediction", target.axis("predicted"), both),
        Colouring("error", axis_label("absolute_error", target.unit)),
        Colouring("elements", axis_label("element_count"), clipped=False),
        Colouring("en_deviation", axis_label("en_deviation")),
        Colouring("ionic", axis_label("en_difference"), categories=(IONIC, NOT_IONIC)),
    ]


@style.styled
def global_umap_figure(
    points: pd.DataFrame, maps: pd.DataFrame, target: Quantity, title: str = ""
) -> Figure:
    """Draw the map of a layer: its rows of `Maps.global_points`, and its one of the stability."""
    colourings = global_colourings(target)
    if maps["skipped"].iloc[0]:
        return style.empty_figure(f"{title}: {maps['skipped'].iloc[0]}")
    columns = ("x", "y", *(colouring.column for colouring in colourings))
    style.require_columns(points, columns, "global UMAP")
    figure = Figure(figsize=(style.LARGE_WIDTH, 9.2))
    # Fixed margins: a panel with a legend is as large as one with a colour bar.
    figure.set_layout_engine("none")
    panels = figure.subplots(2, 3, gridspec_kw=_MARGINS)
    places = points[["x", "y"]].to_numpy()
    for axes, colouring in zip(panels.flat, colourings, strict=True):
        ends, values = colouring.limits(points), points[colouring.column]
        draw_points(axes, places, values, colouring, ends)
        axes.set(xlabel=axis_label("umap_1"), ylabel=axis_label("umap_2"))
        if colouring.categories:
            _legend(axes, colouring)
            continue
        above = axes.inset_axes((0, 1.04, 1, 0.035))
        bar = colour_bar(
            figure, colouring, ends, values,
            cax=above, orientation="horizontal", ticklocation="top",
        )  # fmt: skip
        if colouring.column == "elements":
            bar.set_ticks(range(int(ends[0]), int(ends[1]) + 1))
    figure.suptitle(style.wrapped(f"{title}; {shown_of(maps)}", 110), size=11, y=0.985)
    return figure


def _legend(axes: Axes, colouring: Colouring) -> None:
    names = colouring.colours() | {UNKNOWN: style.ABSENT}
    handles = [legend_mark(name, color=colour, markersize=6) for name, colour in names.items()]
    # Above the panel, where the others have their colour bar.
    axes.legend(
        handles=handles,
        title=style.wrapped(colouring.label, 44),
        loc="lower center",
        bbox_to_anchor=(0.5, 1),
        ncols=3,
    )
