"""How the target is distributed in each part: histograms of a number, shares of classes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from matxai.learning.split import PARTS
from matxai.statistics.calibration import wilson

_BINS = 40


def target_table(compounds: pd.DataFrame) -> pd.DataFrame:
    """Histograms over the same bins: part, bin_low, bin_high (in the unit of the target), share."""
    edges = np.histogram_bin_edges(compounds["target"], bins=_BINS)
    tables = []
    for part in PARTS:
        target = compounds.loc[compounds["part"] == part, "target"]
        share = np.histogram(target, bins=edges)[0] / max(len(target), 1)
        bins = {"bin_low": edges[:-1], "bin_high": edges[1:]}
        tables.append(pd.DataFrame({"part": part, **bins, "share": share}))
    return pd.concat(tables, ignore_index=True)


def class_table(compounds: pd.DataFrame) -> pd.DataFrame:
    """Rows of each class: part, class, compounds; share (of the part), ci_low, ci_high (95 %, `wilson`).

    A part without compounds has no share: NaN.
    """
    rows = []
    for part in PARTS:
        target = compounds.loc[compounds["part"] == part, "target"]
        for name in (0, 1):
            count, total = int((target == name).sum()), len(target)
            share = count / total if total else np.nan
            rows.append((part, name, count, share, *wilson(count, total)))
    return pd.DataFrame(rows, columns=["part", "class", "compounds", "share", "ci_low", "ci_high"])
