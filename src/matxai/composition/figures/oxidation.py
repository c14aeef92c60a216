"""Guessed oxidation states: how many compounds have them, which ones, and are they common?"""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from matxai.composition.figures.data import element_axis
from matxai.composition.figures.quantities import axis_label
from matxai.composition.oxidation.guess import REASONS
from matxai.composition.oxidation.tables import GUESSED, OUTCOMES, PURE
from matxai.plotting import style
from matxai.plotting.intervals import legend_mark, name_rows

_LABELS = {GUESSED: "guessed", PURE: "pure element: 0", **REASONS}
_PALETTE = style.BLUE, style.SKY, style.ORANGE, style.PURPLE, style.YELLOW, style.VERMILION
_COLOURS = dict(zip(OUTCOMES, _PALETTE, strict=True))
_KINDS = {"common": (style.BLUE, "common state"), "uncommon": (style.ORANGE, "another whole state"),
          "mixed": (style.GREEN, "between two states")}  # fmt: skip
_LARGEST = 90.0  # area, in square points, of the mark of a state that an element always has


@style.styled
def outcome_figure(outcomes: pd.DataFrame) -> Figure:
    """Draw one bar per data set: shares of ``oxidation.tables.outcomes``; those from 4 % on are written."""
    style.require_columns(outcomes, ("dataset", "outcome", "compounds", "share"), "outcome")
    outcomes = outcomes[outcomes["compounds"] > 0]
    names = list(outcomes["dataset"].drop_duplicates())
    if not names:
        return style.empty_figure("no data set holds a compound: nothing to guess")
    figure = Figure(figsize=(style.FULL_WIDTH, 1.5 + 0.4 * len(names)))
    axes = figure.add_subplot()
    left = np.zeros(len(names))
    for outcome in OUTCOMES:
        table = outcomes[outcomes["outcome"] == outcome].set_index("dataset")
        if table.empty:
            continue
        share = table["share"].reindex(names, fill_value=0.0).to_numpy()
        colour = _COLOURS[outcome]
        bars = axes.barh(range(len(names)), share, 0.7, left, color=colour, label=_LABELS[outcome])
        texts = [f"{100 * value:.0f} %" if value >= 0.04 else "" for value in share]
        axes.bar_label(bars, texts, label_type="center", size=8, color=style.text_colour(colour))
        left += share
    name_rows(axes, names)
    axes.set(xlim=(0, 1), xlabel=axis_label("share"))
    figure.legend(loc="outside upper center", ncols=3)
    return figure


@style.styled
def state_figure(states: pd.DataFrame) -> Figure:
    """Draw the guessed states of each element, a mark's area its share of the element's compounds.

    ``states`` from ``oxidation.tables.element_states``; short lines are the common states of the
    elements that have a guess.
    """
    columns = ("element", "atomic_number", "state", "common", "compounds", "share")
    style.require_columns(states, columns, "oxidation state")
    seen = states[states["compounds"] > 0]
    if seen.empty:
        return style.empty_figure("no compound has a guess: no states to draw")
    elements = list(seen.sort_values("atomic_number")["element"].drop_duplicates())
    figure, axes = element_axis(elements, 5.0)
    place = {element: number for number, element in enumerate(elements)}
    common = states[states["common"] & states["element"].isin(place)]
    x = common["element"].map(place)
    axes.scatter(x, common["state"], 70, style.BLACK, marker="_", linewidths=1.0, zorder=1)
    whole, listed = seen["state"] % 1 == 0, seen["common"].astype(bool)
    chosen = (listed, whole & ~listed, ~whole)
    look: dict[str, Any] = {"alpha": 0.75, "linewidths": 0, "zorder": 2}
    for (colour, label), rows in zip(_KINDS.values(), chosen, strict=True):
        x, y, share = seen["element"].map(place)[rows], seen["state"][rows], seen["share"][rows]
        axes.scatter(x, y, _LARGEST * share, colour, label=label, **look)
    axes.axhline(0, color=style.GUIDE, linewidth=0.8, zorder=0)
    axes.yaxis.set_major_locator(MultipleLocator(1))
    axes.grid(axis="y", linewidth=0.3)
    axes.set_ylabel(axis_label("oxidation_state"))
    marks = [(label, colour, _LARGEST / 2) for colour, label in _KINDS.values()]
    marks += [(f"{100 * share:.0f} %", style.GUIDE, _LARGEST * share) for share in (0.1, 0.5, 1.0)]
    handles = [
        legend_mark(label, color=colour, markersize=area**0.5, markeredgewidth=0)
        for label, colour, area in marks
    ]
    listed_mark = legend_mark("listed as common", "_", color=style.BLACK, markersize=70**0.5)
    handles.insert(len(_KINDS), listed_mark)
    wide = figure.get_figwidth() > style.FULL_WIDTH
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles) if wide else 4)
    return figure


@style.styled
def common_shares_figure(shares: pd.DataFrame) -> Figure:
    """Draw one bar per element: shares of ``oxidation.tables.common_shares`` with their 95 % interval."""
    columns = ("element", "compounds", *_KINDS, "common_ci_low", "common_ci_high")
    style.require_columns(shares, columns, "common-state")
    if shares.empty:
        return style.empty_figure("no compound has a guess: nothing to compare")
    table = shares.sort_values("atomic_number")
    figure, axes = element_axis(list(table["element"]), 3.8)
    places, bottom = np.arange(len(table)), np.zeros(len(table))
    handles: list[Any] = []
    for kind, (colour, label) in _KINDS.items():
        handles.append(axes.bar(places, table[kind], 0.8, bottom, color=colour, label=label))
        bottom += table[kind].to_numpy()
    ends = table["common_ci_low"], table["common_ci_high"]
    axes.vlines(places, *ends, color=style.BLACK, linewidth=1.0)
    handles.append(legend_mark("95 % interval", "|", color=style.BLACK, markersize=9))
    axes.set(ylim=(0, 1), ylabel=axis_label("share"))
    figure.legend(handles=handles, loc="outside upper center", ncols=4)
    return figure
