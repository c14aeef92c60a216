"""Whether the parts of a prepared data set can be learned from, and if not, which rows are to blame."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
import pandas as pd

from matxai.composition.settings.data import DataSource, FolderSource, TransportSource
from matxai.learning.split import PARTS
from matxai.run.errors import InputError

_SHOWN = 3  # refused rows that an error names


def check_parts(
    compounds: pd.DataFrame, raw: pd.DataFrame, refused: pd.DataFrame, dataset: DataSource
) -> None:
    """Refuse what no network can be trained and tested on; ``raw`` as read, ``compounds`` what is kept.

    Raises:
        InputError: a part keeps fewer than two rows, or all targets of the train part are equal (of a
            classification: it holds one class).
    """
    for part in PARTS:
        if (kept := int((compounds["part"] == part).sum())) < 2:
            raise InputError(
                f"the {part} part keeps {kept} rows",
                **_rows_of(part, raw, refused, dataset),
                expected="at least two rows a part, single elements not counted in train (drop_unary)",
                fix="raise `subset` or the part's share in `split`"
                if isinstance(dataset, TransportSource)
                else "give more rows, or correct those that are refused",
            )
    # As a network sees them: one target a composition, float32.
    train = compounds[compounds["part"] == "train"]
    learned = train.groupby("reduced")["target"].mean().astype(np.float32)
    if learned.nunique() < 2:
        classes = dataset.task == "classification"
        raise InputError(
            f"all compositions of the train part have the target {learned.iloc[0]:g}",
            **_rows_of("train", raw, refused, dataset),
            expected="rows of class 0 and of class 1" if classes else "targets that differ",
            fix="give rows with another target, or correct those that are refused",
        )


def path_of(file: str, dataset: DataSource) -> str:
    """A file that rows came from, as the configuration places it."""
    return f"{dataset.path}/{file}" if isinstance(dataset, FolderSource) else file


class _Rows(TypedDict):
    file: str
    where: str | None
    value: str


def _rows_of(part: str, raw: pd.DataFrame, refused: pd.DataFrame, dataset: DataSource) -> _Rows:
    """For an error: the file of a part, the first refused rows of it, how many were read and refused."""
    # The embedded data are divided only after rows were refused.
    read, bad = (table[table["part"].isin([part, ""])] for table in (raw, refused))
    shown = [
        f"line {row.line}: {row.formula},{row.target}: {row.reason}"
        for row in bad.head(_SHOWN).itertuples()
    ]
    more = [f"and {len(bad) - _SHOWN} more"] if len(bad) > _SHOWN else []
    return {
        "file": path_of(read["file"].iloc[0], dataset),
        "where": "; ".join([*shown, *more]) or None,
        "value": f"{len(read)} rows read, {len(bad)} refused",
    }
