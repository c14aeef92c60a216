"""Which compounds' attention is captured."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matxai.composition.data.formulas import SYMBOL_OF, FormulaError, parse_formula, reduced_formula
from matxai.composition.settings.attention import Attention
from matxai.run.errors import InputError

_KEY = "composition.attention.formulas"


def chosen_compounds(table: pd.DataFrame, asked: Attention, known: NDArray[Any]) -> pd.DataFrame:
    """Rows of ``table`` (compounds.parquet), with their number in column ``row``.

    A part, or a draw from it in the order of the table; or one row a formula: the first of its
    composition, else one with row -1 and target NaN. ``known`` (atomic numbers,): true where the network
    has an element vector.

    Raises:
        InputError: a formula cannot be read or holds an element without vector, two are the same
            composition, or the part has fewer compounds than asked for.
    """
    table = table.assign(row=np.arange(len(table)))
    if asked.formulas is not None:
        return _by_formula(table, asked.formulas, known)
    part = table[table["part"] == asked.part]
    if asked.subset is None:
        return part
    if asked.subset > len(part):
        raise InputError(
            "More compounds are to be captured than there are",
            where="composition.attention.subset",
            value=asked.subset,
            expected=f"at most {len(part)}, the compounds of part {asked.part}",
            fix="ask for fewer, or null for all",
        )
    drawn = np.random.default_rng(asked.seed).choice(len(part), asked.subset, replace=False)
    return part.iloc[np.sort(drawn)]


def _by_formula(
    table: pd.DataFrame, formulas: tuple[str, ...], known: NDArray[Any]
) -> pd.DataFrame:
    first = table.drop_duplicates("reduced").set_index("reduced", drop=False)
    rows: dict[str, dict[str, Any]] = {}
    for formula in formulas:
        try:
            amounts = parse_formula(formula)
        except FormulaError as error:
            raise InputError(
                f"A formula to be captured is refused: {error.reason}",
                where=_KEY,
                value=formula,
                expected=error.expected,
                fix="correct it, or leave it out",
            ) from error
        lacking = [SYMBOL_OF[number] for number in amounts if not known[number]]
        reduced = reduced_formula(amounts)
        if lacking or reduced in rows:
            raise InputError(
                "A formula to be captured cannot be",
                where=_KEY,
                value=formula,
                expected=f"elements with a vector, unlike {', '.join(lacking)}"
                if lacking
                else f"one formula a composition: {rows[reduced]['formula']} is the same",
                fix="leave it out",
            )
        if reduced in first.index:
            rows[reduced] = dict(first.loc[reduced]) | {"formula": formula}
        else:
            rows[reduced] = {
                "formula": formula, "reduced": reduced, "target": np.nan, "row": -1,
                "numbers": list(amounts), "amounts": list(amounts.values()),
            }  # fmt: skip
    return pd.DataFrame(list(rows.values()))
