"""Attention of every layer and head against what the prediction depends on, a panel a reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from matxai.composition.explain.faithfulness import (
    AGREES,
    ALL,
    CHANCE,
    CONTROL,
    FEW,
    FRACTION,
    ITSELF,
    OPPOSITE,
    PLAIN,
    REFERENCES,
    verdicts,
)
from matxai.plotting.style import (
    BLACK,
    BLUE,
    FULL_WIDTH,
    GUIDE,
    ORANGE,
    PURPLE,
    VERMILION,
    empty_figure,
    require_columns,
    styled,
    wrapped,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

NAMES = {
    "removal": "Removal of the element",
    "ig_vanishing": "Integrated gradients along the encoding, from vanishing fractions",
    "ig_equal": "Integrated gradients along the encoding, from equal fractions",
    "contribution": "Contribution in the network's head",
    "fraction": "Fraction",
}
_LOOKS = {
    AGREES: (BLUE, "o"),
    FRACTION: (ORANGE, "s"),
    CHANCE: (GUIDE, "o"),
    OPPOSITE: (VERMILION, "v"),
    FEW: (GUIDE, "x"),
}


@styled
def agreement_figure(agreement: pd.DataFrame, references: pd.DataFrame, title: str = "") -> Figure:
    """Draw the mean Kendall tau of each head, layer and rollout: a panel a reference.

    ``agreement`` and ``references``: of `matxai.composition.explain.faithfulness`. Thick bars are 95 %
    intervals, thin ones hold for all heads and references together; hollow circles leave out the
    attention of an element to itself. Below the line the references among themselves and the order of the
    fractions. Dashed: the best order without a network, by the fractions or their distances from equal
    ones, mirrored where it runs the other way; dotted: the reference against itself at jittered
    fractions.
    """
    columns = ("attention", "layer", "head", "reference", "tau", "ci_low", "ci_high")
    needed = (*columns, "bound_low", "bound_high", "verdict", "elements", "compounds")
    require_columns(agreement, needed, "faithfulness")
    shown = agreement[agreement["elements"] == ALL]
    pairs = references[references["elements"] == ALL]
    if not np.isfinite(shown["tau"]).any():
        return empty_figure(
            f"{title} No compound of the test part has elements that could be ranked"
        )
    rows = _rows(shown)
    lower = [*REFERENCES, "fraction"]
    figure = Figure(figsize=(FULL_WIDTH, 2.6 + 0.19 * (len(rows) + len(lower))))
    panels = figure.subplots(ncols=len(REFERENCES), sharey=True, sharex=True)
    for axes, reference in zip(panels, REFERENCES, strict=True):
        mine = shown[shown["reference"] == reference]
        _lines(axes, mine)
        _heads(axes, mine, rows)
        _others(axes, pairs, reference, {name: len(rows) + k for k, name in enumerate(lower)})
        axes.axhline(len(rows) - 0.5, color="black", linewidth=0.6)
        counts = verdicts(agreement, reference)
        axes.set_title(f"{wrapped(NAMES[reference], 24)}\n{_counted(counts)}", loc="left", size=8)
        axes.set_xlabel(f"Kendall τ-b, {mine['compounds'].iloc[0]} compounds", size=8)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", linewidth=0.3)
        axes.set_axisbelow(True)
    names = [label for label, _ in rows] + [_short(name) for name in lower]
    panels[0].set_yticks(range(len(names)), names, size=8)
    panels[0].set_ylim(len(names) - 0.5, -0.7)
    figure.legend(
        handles=_legend(panels[0], shown), loc="outside lower center", ncols=4, fontsize=8
    )
    if title:
        figure.suptitle(wrapped(title, 110), size=11, x=0.01, ha="left")
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


def _lines(axes: Axes, table: pd.DataFrame) -> None:
    """Chance, the best order by fractions alone, the reference against itself at jittered fractions."""
    axes.axvline(0, color="black", linewidth=0.8)
    controls = {row["attention"]: row for row in table.to_dict("records")}
    best = max((controls[name] for name in PLAIN), key=lambda row: abs(row["tau"]))
    tau, *ends = (best[name] for name in ("tau", "ci_low", "ci_high"))
    low, high = sorted(-end if tau < 0 else end for end in ends)
    axes.axvspan(low, high, color=GUIDE, alpha=0.15, linewidth=0)
    axes.axvline(abs(tau), color=GUIDE, linestyle="--", linewidth=1.2, gid="fraction")
    axes.axvline(controls[ITSELF]["tau"], color=PURPLE, linestyle=":", linewidth=1.5, gid="itself")


def _heads(axes: Axes, table: pd.DataFrame, rows: list[tuple[str, tuple[str, int, int]]]) -> None:
    found = {(r["attention"], r["layer"], r["head"]): r for r in table.to_dict("records")}
    for place, (label, key) in enumerate(rows):
        row = found[key]
        colour, marker = _LOOKS[row["verdict"]]
        axes.hlines(place, row["bound_low"], row["bound_high"], color=colour, linewidth=0.8)
        axes.hlines(place, row["ci_low"], row["ci_high"], color=colour, linewidth=2.4)
        axes.plot(row["tau"], place, marker, color=colour, markersize=5, gid=f"tau-{label}")
        if key[0] == "received":
            without = found["received from others", key[1], key[2]]["tau"]
            axes.plot(
                without,
                place,
                "o",
                color=colour,
                fillstyle="none",
                markersize=7,
                markeredgewidth=0.7,
            )


def _others(axes: Axes, pairs: pd.DataFrame, reference: str, places: dict[str, int]) -> None:
    for row in pairs.to_dict("records"):
        if reference in (row["first"], row["second"]):
            other = row["second"] if row["first"] == reference else row["first"]
            axes.hlines(places[other], row["ci_low"], row["ci_high"], color=BLACK, linewidth=2.4)
            axes.plot(
                row["tau"], places[other], "D", color=BLACK, markersize=4, gid=f"pair-{other}"
            )


def _legend(axes: Axes, table: pd.DataFrame) -> list[Artist]:
    present = set(table["verdict"]) - {CONTROL}
    handles: list[Artist] = [
        axes.plot([], [], f"{marker}-", color=colour, markersize=5, linewidth=2, label=verdict)[0]
        for verdict, (colour, marker) in _LOOKS.items()
        if verdict in present
    ]
    without = "without attention to itself"
    handles += axes.plot([], [], "o", color=GUIDE, fillstyle="none", markersize=7, label=without)
    handles += axes.plot(
        [], [], "D-", color=BLACK, markersize=4, linewidth=2, label="orders without attention"
    )
    handles += axes.plot([], [], "--", color=GUIDE, label="best order by fractions alone")
    handles += axes.plot([], [], ":", color=PURPLE, label="reference itself, fractions jittered")
    return handles


def _counted(counts: dict[str, int]) -> str:
    """The verdicts of the single heads in words, those that occur."""
    words = {AGREES: "agree", FRACTION: "no better than fraction", FEW: "with too few compounds"}
    lines = [f"{counts[AGREES]} of {sum(counts.values())} heads agree"]
    lines += [
        f"{count} {words.get(name, name)}"
        for name, count in counts.items()
        if count and name != AGREES
    ]
    return "\n".join(lines)


def _short(name: str) -> str:
    return {"ig_vanishing": "IG, vanishing", "ig_equal": "IG, equal"}.get(name, name)
