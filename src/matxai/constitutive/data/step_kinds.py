"""Kinds of steps: a step is plastic when the plastic strain changes in it."""

from __future__ import annotations

import pandas as pd

ALL_STEPS = "all steps"


def groups_of(table: pd.DataFrame) -> pd.Series:
    """Kind of each step (rows,): "elastic step" or "plastic step" where the data tell, else `ALL_STEPS`."""
    if "plastic" not in table or table["e_plastic"].isna().any():
        return pd.Series(ALL_STEPS, index=table.index)
    return table["plastic"].map({True: "plastic step", False: "elastic step"})
