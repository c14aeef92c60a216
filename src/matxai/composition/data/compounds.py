"""The prepared table of compounds, and what stands in its rows."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from matxai.composition.data.formulas import SYMBOL_OF


def read_compounds(path: str | Path) -> pd.DataFrame:
    """The table that `prepare_compositions` writes."""
    return pd.read_parquet(path)


def amounts_of(table: pd.DataFrame) -> list[dict[int, float]]:
    """{atomic number: amount} of every row."""
    return [
        dict(zip((int(n) for n in numbers), (float(a) for a in amounts), strict=True))
        for numbers, amounts in zip(table["numbers"], table["amounts"], strict=True)
    ]


def merged(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of the same composition as one, the target averaged: a formula cannot tell them apart."""
    first = table.drop_duplicates("reduced").reset_index(drop=True)
    means = table.groupby("reduced")["target"].mean()
    return first.assign(target=first["reduced"].map(means))


def symbols_of(table: pd.DataFrame) -> list[dict[str, float]]:
    """{symbol: amount} of every row."""
    return [
        {SYMBOL_OF[number]: amount for number, amount in amounts.items()}
        for amounts in amounts_of(table)
    ]


def training_elements(table: pd.DataFrame) -> list[str]:
    """Symbols that the train part holds, by atomic number."""
    numbers = set().union(*table.loc[table["part"] == "train", "numbers"])
    return [SYMBOL_OF[int(number)] for number in sorted(numbers)]
