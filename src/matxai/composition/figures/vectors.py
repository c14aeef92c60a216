"""Element vectors as lines: a few elements, several representations below each other."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from matxai.composition.figures.quantities import axis_label
from matxai.plotting.intervals import legend_mark
from matxai.plotting.style import FULL_WIDTH, empty_figure, styled, wrapped

_FEW = 60  # components up to which each one is marked by a dot


@styled
def element_vectors(
    representations: Mapping[str, pd.DataFrame], elements: Sequence[str] = ("Si", "Cr")
) -> Figure:
    """Draw the vectors of ``elements``, one panel per representation.

    ``representations``: name -> vectors, index element symbols. Values are drawn as they are; pass
    ``correlation.standardise`` tables where columns differ in unit, as in magpie. A missing value
    leaves a gap; an element that a representation lacks is named above its panel.
    """
    if not representations:
        return empty_figure("no representation holds element vectors")
    figure = Figure(figsize=(FULL_WIDTH, 0.9 + 1.9 * len(representations)))
    panels = figure.subplots(len(representations), squeeze=False)[:, 0]
    for axes, (name, vectors) in zip(panels, representations.items(), strict=True):
        marker = "o" if vectors.shape[1] <= _FEW else None
        for place, element in enumerate(elements):
            if element in vectors.index:
                values = vectors.loc[element].to_numpy(dtype=float)
                width = 1.2 if marker else 0.8
                (line,) = axes.plot(
                    values, marker=marker, markersize=3, linewidth=width, alpha=0.85
                )
                line.set_color(f"C{place}")
        absent = [element for element in elements if element not in vectors.index]
        lacks = f"; no vector of {', '.join(absent)}" if absent else ""
        title = f"{name} ({vectors.shape[1]} components{lacks})"
        axes.set_title(wrapped(title, 90), loc="left")
        axes.set_ylabel(axis_label("vector_value"))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.margins(x=0.01)
    panels[-1].set_xlabel(axis_label("component"))
    # Every element stands in the legend, also one that no panel could draw.
    handles = [legend_mark(e, "", "-", color=f"C{i}") for i, e in enumerate(elements)]
    figure.legend(handles=handles, loc="outside upper right", ncols=min(len(elements), 10))
    return figure
