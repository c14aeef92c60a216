"""Attention of every layer and head against what the prediction depends on, one panel per reference."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from matxai.composition.explain.faithfulness import (
    AGREES,
    ALL,
    CHANCE,
    FEW,
    FRACTION,
    ITSELF,
    OPPOSITE,
    PLAIN,
    REFERENCES,
    verdicts,
)
from matxai.plotting import style
from matxai.plotting.intervals import draw_marks, legend_mark, name_rows

NAMES = {
    "removal": "Removal of the element",
    "ig_vanishing": "Integrated gradients along the encoding, from vanishing fractions",
    "ig_equal": "Integrated gradients along the encoding, from equal fractions",
    "contribution": "Contribution in the network's head",
    "fraction": "Fraction",
}
_SHORT = {"ig_vanishing": "IG, vanishing", "ig_equal": "IG, equal"}
_HOLLOW: dict[str, Any] = {"fillstyle": "none", "markersize": 7}
_LOOKS = {
    AGREES: (style.BLUE, "o"), FRACTION: (style.ORANGE, "s"), CHANCE: (style.GUIDE, "o"),
    OPPOSITE: (style.VERMILION, "v"), FEW: (style.GUIDE, "x"),
}  # fmt: skip


@style.styled
def agreement_figure(agreement: pd.DataFrame, references: pd.DataFrame, title: str = "") -> Figure:
    """Draw the mean Kendall tau of each head, layer and rollout, one panel per reference.

    ``agreement`` and ``references``: of `matxai.composition.explain.faithfulness`. Thick bars are 95 %
    intervals, thin ones hold for all heads and references together; hollow circles leave out the
    attention of an element to itself. Below the line the references among themselves and the order of the
    fractions. Dashed: the best order without a network, by the fractions or their distances from equal
    ones, mirrored where it runs the other way; dotted: the reference against itself at jittered
    fractions.
    """
    columns = ("attention", "layer", "head", "reference", "tau", "ci_low", "ci_high")
    needed = (*columns, "bound_low", "bound_high", "verdict", "elements", "compounds")
    style.require_columns(agreement, needed, "faithfulness")
    shown = agreement[agreement["elements"] == ALL]
    pairs = references[references["elements"] == ALL]
    if not np.isfinite(shown["tau"]).any():
        reason = "No compound of the test part has elements that could be ranked"
        return style.empty_figure(f"{title} {reason}")
    rows = _rows(shown)
    lower = [*REFERENCES, "fraction"]
    figure = Figure(figsize=(style.FULL_WIDTH, 2.6 + 0.19 * (len(rows) + len(lower))))
    panels = figure.subplots(ncols=len(REFERENCES), sharey=True, sharex=True)
    for axes, reference in zip(panels, REFERENCES, strict=True):
        mine = shown[shown["reference"] == reference]
        _sources(axes, mine, rows)
        _others(axes, pairs, reference, {name: len(rows) + k for k, name in enumerate(lower)})
        axes.axhline(len(rows) - 0.5, color="black", linewidth=0.6)
        counted = _counted(verdicts(agreement, reference))
        axes.set_title(f"{style.wrapped(NAMES[reference], 24)}\n{counted}", loc="left", size=8)
        axes.set_xlabel(f"Kendall τ-b, {mine['compounds'].iloc[0]} compounds", size=8)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", linewidth=0.3)
        axes.set_axisbelow(True)
    names = [label for label, _ in rows] + [_SHORT.get(name, name) for name in lower]
    name_rows(panels[0], names)
    panels[0].tick_params(axis="y", labelsize=8)
    figure.legend(handles=_legend(shown), loc="outside lower center", ncols=4, fontsize=8)
    if title:
        figure.suptitle(style.wrapped(title, 110), size=11, x=0.01, ha="left")
    return figure


def _rows(table: pd.DataFrame) -> list[tuple[str, tuple[str, int, int]]]:
    """Label, and attention, layer and head of the rows, from the top."""
    single = table[(table["attention"] == "received") & (table["layer"] > 0)]
    rows = []
    for layer, heads in single.groupby("layer")["head"]:
        for head in sorted(heads.unique(), key=lambda head: head or np.inf):
            label = f"layer {layer}, head {head}" if head else f"layer {layer}, mean"
            rows.append((label, ("received", int(str(layer)), int(head))))
    return [*rows, ("all layers, mean", ("received", 0, 0)), ("rollout", ("rollout", 0, 0))]


def _sources(axes: Axes, table: pd.DataFrame, rows: list[tuple[str, tuple[str, int, int]]]) -> None:
    """Every head in its row; the best order by fractions alone; the reference at jittered fractions."""
    agreement = {(r["attention"], r["layer"], r["head"]): r for r in table.to_dict("records")}
    axes.axvline(0, color="black", linewidth=0.8)
    best = max((agreement[name, 0, 0] for name in PLAIN), key=lambda row: abs(row["tau"]))
    tau, *ends = (best[name] for name in ("tau", "ci_low", "ci_high"))
    low, high = sorted(-end if tau < 0 else end for end in ends)
    axes.axvspan(low, high, color=style.GUIDE, alpha=0.15, linewidth=0)
    axes.axvline(abs(tau), color=style.GUIDE, linestyle="--", linewidth=1.2, gid="fraction")
    itself = agreement[ITSELF, 0, 0]["tau"]
    axes.axvline(itself, color=style.PURPLE, linestyle=":", linewidth=1.5, gid="itself")
    for place, (label, key) in enumerate(rows):
        row = agreement[key]
        colour, marker = _LOOKS[row["verdict"]]
        axes.hlines(place, row["bound_low"], row["bound_high"], color=colour, linewidth=0.8)
        interval = row["ci_low"], row["ci_high"]
        mark = draw_marks(axes, place, row["tau"], interval, marker, width=2.4, color=colour)
        mark.set(markersize=5, gid=f"tau-{label}")
        if key[0] == "received":
            without = agreement["received from others", key[1], key[2]]["tau"]
            axes.plot(without, place, "o", color=colour, markeredgewidth=0.7, **_HOLLOW)


def _others(axes: Axes, pairs: pd.DataFrame, reference: str, places: dict[str, int]) -> None:
    for row in pairs.to_dict("records"):
        if reference in (row["first"], row["second"]):
            other = row["second"] if row["first"] == reference else row["first"]
            look: dict[str, Any] = {"width": 2.4, "color": style.BLACK, "gid": f"pair-{other}"}
            ends = row["ci_low"], row["ci_high"]
            draw_marks(axes, places[other], row["tau"], ends, "D", **look)


def _legend(table: pd.DataFrame) -> list[Line2D]:
    shown = [verdict for verdict in _LOOKS if verdict in set(table["verdict"])]
    thick: dict[str, Any] = {"linewidth": 2, "markersize": 5}
    return [
        *(
            legend_mark(name, _LOOKS[name][1], "-", color=_LOOKS[name][0], **thick)
            for name in shown
        ),
        legend_mark("without attention to itself", color=style.GUIDE, **_HOLLOW),
        legend_mark("orders without attention", "D", "-", color=style.BLACK, linewidth=2),
        legend_mark("best order by fractions alone", "", "--", color=style.GUIDE),
        legend_mark("reference itself, fractions jittered", "", ":", color=style.PURPLE),
    ]


def _counted(counts: dict[str, int]) -> str:
    """The verdicts of the single heads in words, those that occur."""
    words = {AGREES: "agree", FRACTION: "no better than fraction", FEW: "with too few compounds"}
    lines = [f"{counts[AGREES]} of {sum(counts.values())} heads agree"]
    others = {name: count for name, count in counts.items() if count and name != AGREES}
    lines += [f"{count} {words.get(name, name)}" for name, count in others.items()]
    return "\n".join(lines)
