"""The table of steps: reading it, its features, and the kinds of its steps."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from matxai.constitutive.laws import Law

ALL_STEPS = "all steps"


def read_steps(path: str | Path, part: str | None = None) -> pd.DataFrame:
    """Read the steps of one part or of all, in order of path and step (`preparation.Prepared.series`)."""
    table = pd.read_parquet(path)
    return table if part is None else table[table["part"] == part].reset_index(drop=True)


def complete_columns(names: Iterable[str], table: pd.DataFrame) -> list[str]:
    """Select the names, in their order, of columns with a number in every step."""
    return [name for name in names if name in table and table[name].notna().all()]


def history_features(law: Law) -> tuple[str, ...]:
    """Name the inputs of the recurrent network: strain, time increment and material, but no memory."""
    return ("strain", "dt", *law.parameters)


def step_kinds(table: pd.DataFrame) -> pd.Series:
    """Name the kind of each step (rows,): a step is plastic if the plastic strain changes in it.

    The kinds are "plastic step" and "elastic step", or ``ALL_STEPS`` if the plastic strain is not known.
    """
    if "plastic" not in table or table["e_plastic"].isna().any():
        return pd.Series(ALL_STEPS, index=table.index)
    return table["plastic"].map({True: "plastic step", False: "elastic step"})
