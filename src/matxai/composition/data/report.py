"""What the parts of a prepared data set hold: sizes, duplicates, leakage, distribution of the target."""

from typing import Any

import numpy as np
import pandas as pd

from matxai.learning.split import PARTS
from matxai.statistics.calibration import wilson

_BINS = 40


def describe_parts(compounds: pd.DataFrame, *, classes: bool) -> list[tuple[str, str, float]]:
    """List (part, quantity, value) of each part; ``classes`` says that the targets are 0 or 1."""
    training = set(compounds.loc[compounds["part"] == "train", "reduced"])
    rows: list[tuple[str, str, float]] = []
    for part in PARTS:
        table = compounds[compounds["part"] == part]
        target, groups = table["target"], table.groupby("reduced")["target"]
        spread = (groups.max() - groups.min())[groups.size() > 1]
        values: dict[str, Any] = {
            "rows kept": len(table),
            "distinct compositions": groups.ngroups,
            "compositions with several rows": len(spread),
        }
        if classes:
            values["compositions with both classes"] = (spread > 0).sum()
        else:
            values["median target range among them"] = spread.median()
            values["largest target range among them"] = spread.max()
        leaked = set(table["reduced"]) & training if part != "train" else ()
        values["compositions also in train"] = len(leaked)
        values["elements in a compound, at most"] = table["numbers"].map(len).max()
        if classes:
            values |= {"rows of class 1": target.sum(), "share of class 1": target.mean()}
        else:
            values |= {
                "target mean": target.mean(),
                "target standard deviation": target.std(),
                "target skewness": target.skew(),
                "target minimum": target.min(),
                **{f"target {100 * q:g} % quantile": target.quantile(q) for q in (0.01, 0.5, 0.99)},
                "target maximum": target.max(),
            }
        rows += [(part, quantity, float(value)) for quantity, value in values.items()]
    return rows


def target_table(compounds: pd.DataFrame) -> pd.DataFrame:
    """Tabulate a histogram of the target of each part, all over the same bins.

    Columns: part; bin_low and bin_high, in the unit of the target; share.
    """
    edges = np.histogram_bin_edges(compounds["target"], bins=_BINS)
    bins = pd.DataFrame({"bin_low": edges[:-1], "bin_high": edges[1:]})
    tables = []
    for part in PARTS:
        target = compounds.loc[compounds["part"] == part, "target"]
        share = np.histogram(target, bins=edges)[0] / max(len(target), 1)
        tables.append(bins.assign(part=part, share=share))
    return pd.concat(tables, ignore_index=True)[["part", "bin_low", "bin_high", "share"]]


def class_table(compounds: pd.DataFrame) -> pd.DataFrame:
    """Count the rows of each class in each part.

    Columns: part, class, compounds; share (of the part, NaN if it is empty), and its 95 % interval ci_low,
    ci_high (`wilson`).
    """
    rows = []
    for part in PARTS:
        target = compounds.loc[compounds["part"] == part, "target"]
        for name in (0, 1):
            count, total = int((target == name).sum()), len(target)
            share = count / total if total else np.nan
            rows.append((part, name, count, share, *wilson(count, total)))
    return pd.DataFrame(rows, columns=["part", "class", "compounds", "share", "ci_low", "ci_high"])
