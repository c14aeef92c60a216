"""Points of the UMAP maps: compositions, and the occurrences of each element in them.

Compounds of one composition have the same vectors in the network. They are one point, with the mean of
their targets.
"""

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
    """Make the table of the compositions of a data set.

    The three tables have the same rows, or else an `InputError` is raised: prepared compounds; predictions,
    with the columns part, line, prediction; guessed oxidation states.

    Returns:
        Table with one row per composition, sorted by reduced formula: reduced; formula, numbers, amounts
        and states (guessed oxidation states) of the first compound; target, prediction, error (absolute),
        means over the compounds in the unit of the target; part (several joined by a comma), compounds
        (their number); elements (their number), en_deviation, en_difference, ionic (`electronegativity`).
    """
    keys = ["part", "line"]
    for name, other in (("predictions.csv", predictions), ("oxidation.csv", oxidation)):
        if not np.array_equal(other[keys].to_numpy(), compounds[keys].to_numpy()):
            raise InputError(
                f"{name} does not have the rows of compounds.parquet",
                value=f"{len(other)} rows",
                expected=f"the {len(compounds)} rows of compounds.parquet in their order",
                fix="delete the table; the next run writes it again",
            )
    table = compounds.assign(
        prediction=predictions["prediction"].to_numpy(np.float64),
        states=oxidation["states"].to_numpy(),
    )
    table["error"] = (table["target"] - table["prediction"]).abs()
    groups = table.groupby("reduced", sort=True)
    first = groups[["formula", "numbers", "amounts", "states"]].first()
    result = first.join(groups[["target", "prediction", "error"]].mean()).assign(
        part=groups["part"].unique().map(", ".join), compounds=groups.size()
    )
    symbols = symbols_of(result)
    differences = [largest_difference(amounts) for amounts in symbols]
    return result.reset_index().assign(
        elements=[len(amounts) for amounts in symbols],
        en_deviation=[deviation(amounts) for amounts in symbols],
        en_difference=differences,
        ionic=[bond_character(difference) for difference in differences],
    )


def occurrences(table: pd.DataFrame, element: str) -> pd.DataFrame:
    """Describe the element in rows of `compositions` that all contain it.

    Columns: element, reduced, formula, part, compounds, fraction (molar), target, prediction, error,
    oxidation_state (NaN if none was guessed).
    """
    rows = table[["reduced", "formula", "part", "compounds"]].assign(
        fraction=[amounts[element] / sum(amounts.values()) for amounts in symbols_of(table)],
        **table[["target", "prediction", "error"]],
        oxidation_state=[float(states.get(element, np.nan)) for states in table["states"]],
    )
    rows.insert(0, "element", element)
    return rows.reset_index(drop=True)


@dataclass(frozen=True)
class MapPoints:
    """The compositions that are points of any map, and the rows of ``table`` in each map."""

    table: pd.DataFrame  # rows of `compositions`
    compounds: Compounds  # the same for the network
    local_rows: dict[str, Rows]  # by element
    global_rows: Rows
    available: dict[str, int]  # compositions with an element, in a map or not; under ``ALL`` all

    def tokens(self, element: str) -> Rows:
        """Return the positions of an element among the tokens of the compounds, one per row."""
        places = np.flatnonzero(self.compounds.elements.numpy() == NUMBER_OF[element])
        owners = np.searchsorted(self.compounds.offsets.numpy(), places, side="right") - 1
        return places[np.searchsorted(owners, self.local_rows[element])]


def sample_points(
    table: pd.DataFrame, local_umap: LocalUmap | None, global_umap: GlobalUmap | None
) -> MapPoints:
    """Sample the points of every map of ``table`` (`compositions`) with the first seed of its settings."""
    local_rows: dict[str, Rows] = {}
    global_rows = np.empty(0, dtype=np.int64)
    available = {ALL: len(table)}
    if local_umap:
        for element in local_umap.elements:
            number = NUMBER_OF[element]
            rows = np.flatnonzero([number in numbers for numbers in table["numbers"]])
            available[element] = len(rows)
            local_rows[element] = _sample(rows, local_umap.at_most, [local_umap.seeds[0], number])
    if global_umap:
        global_rows = _sample(np.arange(len(table)), global_umap.at_most, [global_umap.seeds[0]])
    needed = np.unique(np.concatenate([global_rows, *local_rows.values()]))
    members = table.iloc[needed].reset_index(drop=True)
    return MapPoints(
        members,
        Compounds.from_lists(amounts_of(members)),
        {element: np.searchsorted(needed, rows) for element, rows in local_rows.items()},
        np.searchsorted(needed, global_rows),
        available,
    )


def _sample(rows: Rows, at_most: int, seed: list[int]) -> Rows:
    """Sample at most so many of the rows without replacement; they keep their order."""
    if len(rows) <= at_most:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, at_most, replace=False))
