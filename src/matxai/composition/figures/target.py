"""The distribution of a target in each part: do they show the same range and tails?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from matxai.composition.sources import PARTS
from matxai.plotting.quantities import Quantity, axis_label
from matxai.plotting.style import FULL_WIDTH, PART_COLOURS, styled

_BINS = 40


def target_table(compounds: pd.DataFrame) -> pd.DataFrame:
    """Histograms over the same bins: part, low, high (bin edges, unit of the target), share."""
    edges = np.histogram_bin_edges(compounds["target"], bins=_BINS)
    tables = []
    for part in PARTS:
        target = compounds.loc[compounds["part"] == part, "target"]
        counts, _ = np.histogram(target, bins=edges)
        share = counts / max(len(target), 1)
        tables.append(
            pd.DataFrame({"part": part, "low": edges[:-1], "high": edges[1:], "share": share})
        )
    return pd.concat(tables, ignore_index=True)


@styled
def target_figure(table: pd.DataFrame, target: Quantity, title: str = "") -> Figure:
    """Draw the histograms of `target_table` as steps, one line a part."""
    figure = Figure(figsize=(FULL_WIDTH, 3.8))
    axes = figure.add_subplot()
    for part in PARTS:
        rows = table[table["part"] == part]
        edges = np.append(rows["low"].to_numpy(), rows["high"].iloc[-1])
        axes.stairs(rows["share"], edges, color=PART_COLOURS[part], label=part, linewidth=1.5)
    axes.set_xlabel(target.axis())
    axes.set_ylabel(axis_label("share"))
    axes.grid(axis="y", linewidth=0.3)
    axes.set_title(title, loc="left")
    axes.legend()
    return figure
