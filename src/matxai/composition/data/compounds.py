"""The prepared table of compounds: reading it, and the elements in its rows."""

from pathlib import Path

import pandas as pd

from matxai.composition.data.formulas import SYMBOL_OF


def read_compounds(path: str | Path) -> pd.DataFrame:
    """Read a table of compounds, whose columns `preparation.Prepared` lists."""
    return pd.read_parquet(path)


def amounts_of(table: pd.DataFrame) -> list[dict[int, float]]:
    """Return the amounts of each row by atomic number."""
    rows = zip(table["numbers"], table["amounts"], strict=True)
    return [dict(zip(map(int, n), map(float, a), strict=True)) for n, a in rows]


def symbols_of(table: pd.DataFrame) -> list[dict[str, float]]:
    """Return the amounts of each row by element symbol."""
    return [{SYMBOL_OF[n]: a for n, a in amounts.items()} for amounts in amounts_of(table)]


def merge_compositions(table: pd.DataFrame) -> pd.DataFrame:
    """Merge the rows of each composition into the first of them, with the mean of their targets.

    A network cannot tell such rows apart, because it sees the formula alone.
    """
    means = table.groupby("reduced")["target"].transform("mean")
    return table.assign(target=means).drop_duplicates("reduced", ignore_index=True)


def training_elements(table: pd.DataFrame) -> list[str]:
    """List the symbols of the elements in the training part, by atomic number."""
    numbers = set().union(*table.loc[table["part"] == "train", "numbers"])
    return [SYMBOL_OF[int(number)] for number in sorted(numbers)]
