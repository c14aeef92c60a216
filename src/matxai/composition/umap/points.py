"""Which points stand in a UMAP map: compositions, and where each element occurs in them.

Compounds of one composition have one formula to the network, hence one vector: they are one point, with
the mean of their targets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matxai.composition.data.compounds import amounts_of, symbols_of
from matxai.composition.data.formulas import NUMBER_OF
from matxai.composition.elements.electronegativity import (
    bond_character,
    deviation,
    largest_difference,
)
from matxai.composition.network.batch import Compounds
from matxai.composition.settings.analyses import GlobalUmap, LocalUmap
from matxai.run.errors import InputError

Rows = NDArray[np.int64]
ALL = "all"  # in place of an element: whole compositions


def compositions(
    compounds: pd.DataFrame, predictions: pd.DataFrame, oxidation: pd.DataFrame
) -> pd.DataFrame:
    """One row for each composition of a data set, in the order of their reduced formulas.

    The three tables have the same rows (part, line). Columns: reduced; formula and states (oxidation states
    guessed) of the first compound; part (several joined by a comma), compounds (how many); target,
    prediction, error (absolute), means over the compounds in the unit of the target; elements (how
    many), en_deviation, en_difference, ionic (`electronegativity`); numbers, amounts as prepared.

    Raises:
        InputError: the tables have other rows.
    """
    for name, other in (("predictions.csv", predictions), ("oxidation.csv", oxidation)):
        _same_rows(compounds, other, name)
    table = compounds[["reduced", "formula", "part", "target", "numbers", "amounts"]].assign(
        prediction=predictions["prediction"].to_numpy(np.float64),
        states=oxidation["states"].to_numpy(),
    )
    table = table.assign(error=(table["target"] - table["prediction"]).abs())
    groups = table.groupby("reduced", sort=True)
    found = groups[["formula", "numbers", "amounts", "states"]].first().reset_index()
    means = groups[["target", "prediction", "error"]].mean().reset_index(drop=True)
    parts = groups["part"].unique().map(", ".join).reset_index(drop=True)
    symbols = symbols_of(found)
    differences = [largest_difference(amounts) for amounts in symbols]
    return pd.concat([found, means], axis=1).assign(
        part=parts,
        compounds=groups.size().to_numpy(),
        elements=[len(amounts) for amounts in symbols],
        en_deviation=[deviation(amounts) for amounts in symbols],
        en_difference=differences,
        ionic=[bond_character(difference) for difference in differences],
    )


def _same_rows(compounds: pd.DataFrame, other: pd.DataFrame, name: str) -> None:
    keys = ["part", "line"]
    same = len(other) == len(compounds) and all(
        (other[key].to_numpy() == compounds[key].to_numpy()).all() for key in keys
    )
    if not same:
        raise InputError(
            f"{name} does not have the rows of compounds.parquet",
            value=f"{len(other)} rows",
            expected=f"the {len(compounds)} rows of compounds.parquet in their order",
            fix="delete the table; the next run writes it again",
        )


def occurrences(table: pd.DataFrame, element: str) -> pd.DataFrame:
    """The element in each composition of ``table``, which all hold it.

    Columns: element, reduced, formula, part, compounds, fraction (molar), target, prediction, error,
    oxidation_state (NaN: none was guessed).
    """
    amounts = symbols_of(table)
    kept = ["reduced", "formula", "part", "compounds"]
    rows = table[kept].assign(
        fraction=[held[element] / sum(held.values()) for held in amounts],
        target=table["target"],
        prediction=table["prediction"],
        error=table["error"],
        oxidation_state=[float(states.get(element, np.nan)) for states in table["states"]],
    )
    rows.insert(0, "element", element)
    return rows.reset_index(drop=True)


@dataclass(frozen=True)
class ChosenPoints:
    """The compositions that stand in any map (``table``, ``compounds``), and the rows of each map.

    ``held``: rows by element; ``drawn``: rows of the global map; ``available``: by element how many
    compositions hold it, in the map or not, and under ``ALL`` how many there are.
    """

    table: pd.DataFrame
    compounds: Compounds
    held: dict[str, Rows]
    drawn: Rows
    available: dict[str, int]

    def tokens(self, element: str) -> Rows:
        """Where an element stands among the tokens of the compounds, for each of its rows."""
        places = np.flatnonzero(self.compounds.elements.numpy() == NUMBER_OF[element])
        owners = np.searchsorted(self.compounds.offsets.numpy(), places, side="right") - 1
        return places[np.searchsorted(owners, self.held[element])]


def choose_points(
    table: pd.DataFrame, local_umap: LocalUmap | None, global_umap: GlobalUmap | None
) -> ChosenPoints:
    """Draw the points of every map of ``table`` (`compositions`) with the first seed of its settings."""
    held: dict[str, Rows] = {}
    drawn = np.empty(0, dtype=np.int64)
    available = {ALL: len(table)}
    if local_umap:
        for element in local_umap.elements:
            number = NUMBER_OF[element]
            rows = np.flatnonzero([number in numbers for numbers in table["numbers"]])
            available[element] = len(rows)
            held[element] = draw(rows, local_umap.at_most, [local_umap.seeds[0], number])
    if global_umap:
        drawn = draw(np.arange(len(table)), global_umap.at_most, [global_umap.seeds[0]])
    needed = np.unique(np.concatenate([drawn, *held.values()]))
    mine = table.iloc[needed].reset_index(drop=True)
    return ChosenPoints(
        mine,
        Compounds.from_lists(amounts_of(mine)),
        {element: np.searchsorted(needed, rows) for element, rows in held.items()},
        np.searchsorted(needed, drawn),
        available,
    )


def draw(rows: Rows, at_most: int, seed: list[int]) -> Rows:
    """At most so many of the rows, drawn without replacement with the seed, in their order."""
    if len(rows) <= at_most:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, at_most, replace=False))
