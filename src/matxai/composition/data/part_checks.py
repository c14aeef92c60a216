"""Refusal of data sets whose parts no network can be trained and tested on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from matxai.composition.settings.data import DataSource, FolderSource, TransportSource
from matxai.learning.split import PARTS
from matxai.run.errors import InputError

_EXAMPLES = 3  # refused rows that an error names


def check_parts(
    compounds: pd.DataFrame, raw: pd.DataFrame, refused: pd.DataFrame, dataset: DataSource
) -> None:
    """Check that every part has two rows and that the training part has two different targets.

    Args:
        compounds: Rows that are left after preparation.
        raw: All rows as they were read.
        refused: Rows that were refused, with their reasons.
        dataset: Settings of the data set.

    Raises:
        InputError: If a part is too small or the training part has one target only. The error names
            refused rows, which may be the cause.
    """
    for part in PARTS:
        if (count := int((compounds["part"] == part).sum())) < 2:
            raise InputError(
                f"the {part} part keeps {count} rows",
                **_rows_of(part, raw, refused, dataset),
                expected="at least two rows a part, single elements not counted in train (drop_unary)",
                fix="raise `subset` or the part's share in `split`"
                if isinstance(dataset, TransportSource)
                else "give more rows, or correct those that are refused",
            )
    # A network sees one target per composition, in float32.
    train = compounds[compounds["part"] == "train"]
    targets = train.groupby("reduced")["target"].mean().astype(np.float32)
    if targets.nunique() < 2:
        classes = dataset.task == "classification"
        raise InputError(
            f"all compositions of the train part have the target {targets.iloc[0]:g}",
            **_rows_of("train", raw, refused, dataset),
            expected="rows of class 0 and of class 1" if classes else "targets that differ",
            fix="give rows with another target, or correct those that are refused",
        )


def source_path(file: str, dataset: DataSource) -> str:
    """Return the path of a source file as the configuration states it."""
    return f"{dataset.path}/{file}" if isinstance(dataset, FolderSource) else file


def _rows_of(
    part: str, raw: pd.DataFrame, refused: pd.DataFrame, dataset: DataSource
) -> dict[str, Any]:
    """Return the details of an error: the part's file, its first refused rows, and the counts."""
    # The embedded data have no parts yet when rows are refused.
    rows, bad = (table[table["part"].isin([part, ""])] for table in (raw, refused))
    examples = [
        f"line {row.line}: {row.formula},{row.target}: {row.reason}"
        for row in bad.head(_EXAMPLES).itertuples()
    ]
    more = [f"and {len(bad) - _EXAMPLES} more"] if len(bad) > _EXAMPLES else []
    return {
        "file": source_path(rows["file"].iloc[0], dataset),
        "where": "; ".join([*examples, *more]) or None,
        "value": f"{len(rows)} rows read, {len(bad)} refused",
    }
