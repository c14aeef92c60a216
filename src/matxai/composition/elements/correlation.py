"""Which elements a representation holds to be alike: correlations between element vectors.

The map of Wang, Mahmoud, Czasny, Gurlo 2022 (Integr. Mater. Manuf. Innov. 11:41), for any table
of one vector an element.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pymatgen.core.periodic_table import Element

from matxai.composition.data.formulas import HEAVIEST, NUMBER_OF
from matxai.statistics.correlation import fisher_interval, pearson

URANIUM = 92
LAST = {"full": HEAVIEST, "uranium": URANIUM}  # as the configuration names the ranges
# Without these an element differs from its mean by rounding alone, and so would any result.
_CONSTANT = 1e-12


@dataclass(frozen=True)
class CorrelationMap:
    """What a map shows: correlations in one range and order of elements.

    ``matrix``: (elements, elements), ordered; ``columns``: vector components behind each correlation;
    ``grouped``: ordered by periodic-table group.
    """

    matrix: pd.DataFrame
    columns: int
    grouped: bool


def correlation_map_of(vectors: pd.DataFrame, name: str) -> CorrelationMap:
    """The view of a name such as ``uranium_group``, a range and an order of the configuration."""
    span, order = name.split("_")
    table = standardised(vectors, LAST[span])
    matrix = ordered(element_correlation(table, LAST[span]), order)
    return CorrelationMap(matrix, table.shape[1], order == "group")


def standardised(vectors: pd.DataFrame, last: int = HEAVIEST) -> pd.DataFrame:
    """Centre and scale every column over the elements present, H up to atomic number ``last``.

    ``vectors``: index element symbols, columns numbers. An element is present if it has at least
    one finite value. Each column gets mean 0 and variance 1 over the present elements that have a
    value there; constant columns are dropped; a missing value then becomes 0, the column's mean,
    so that it says nothing about the element. Rows come in order of atomic number.

    Returns (present elements, columns that vary). Raises ValueError for an unknown or repeated
    symbol and for a column that is not numeric.
    """
    _check(vectors)
    numbers = vectors.index.map(NUMBER_OF)
    table = vectors.iloc[np.argsort(numbers, kind="stable")]
    values = table.to_numpy(dtype=float)
    values = np.where(np.isfinite(values), values, np.nan)
    keep = (np.sort(numbers) <= last) & np.isfinite(values).any(axis=1)
    values = values[keep]
    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, values, 0).sum(axis=0) / count
    centred = np.where(known, values - mean, 0)
    deviation = np.sqrt((centred**2).sum(axis=0) / count)
    largest = np.abs(np.where(known, values, 0)).max(axis=0, initial=0)
    varies = deviation > _CONSTANT * largest
    scaled = centred[:, varies] / deviation[varies]
    return pd.DataFrame(scaled, index=table.index[keep], columns=table.columns[varies])


def element_correlation(table: pd.DataFrame, last: int = HEAVIEST) -> pd.DataFrame:
    """Pearson correlation between the vectors of each two elements.

    ``table``: those of ``standardised``, up to the same ``last``: elements beyond it take no part at
    all, not in the standardisation either. Returns the symmetric (last, last) matrix from H on, in order
    of atomic number; rows and columns of absent elements are NaN, as is any correlation with a vector
    whose components are all equal (it has no direction to compare), a lone element's with itself included.
    """
    # Imputed by the columns' means, an element may differ from them by rounding alone.
    vectors = table.where(table.abs() > _CONSTANT, 0).to_numpy().T
    matrix = pearson(vectors, vectors)
    # Exactly 1, without rounding.
    np.fill_diagonal(matrix, np.where(np.isnan(np.diag(matrix)), np.nan, 1.0))
    symbols = list(NUMBER_OF)[:last]
    return pd.DataFrame(matrix, index=table.index, columns=table.index).reindex(
        index=symbols, columns=symbols
    )


def group_of(symbol: str) -> str:
    """Name the periodic-table group: ``1`` to ``18``, ``lanthanides`` (La-Lu), ``actinides`` (Ac-Lr)."""
    element = Element(symbol)
    if element.is_lanthanoid:
        return "lanthanides"
    return "actinides" if element.is_actinoid else str(element.group)


def ordered(matrix: pd.DataFrame, order: str = "number") -> pd.DataFrame:
    """Rearrange rows and columns by atomic ``number``, or by ``group`` and number within it.

    Groups run from 1 to 18, then lanthanides, then actinides.
    """
    if order == "number":
        symbols = sorted(matrix.index, key=NUMBER_OF.__getitem__)
    elif order == "group":
        groups = [*map(str, range(1, 19)), "lanthanides", "actinides"]
        symbols = sorted(matrix.index, key=lambda s: (groups.index(group_of(s)), NUMBER_OF[s]))
    else:
        message = f"order '{order}' of elements is not one of number, group"
        raise ValueError(message)
    return matrix.loc[symbols, symbols]


def tidy(matrix: pd.DataFrame, columns: int) -> pd.DataFrame:
    """List the lower triangle without its diagonal, undefined correlations left out.

    ``columns``: vector components behind each correlation. Returns the columns element_a, element_b (which
    stands before element_a in the matrix), correlation, ci_low, ci_high.

    The interval is Fisher's 95 %: tanh(artanh r -+ 1.96 / sqrt(columns - 3)). It takes the components
    for independent draws of a bivariate normal variable. Components of learned vectors depend on
    each other and imputed values count as known, so the true uncertainty is larger: read it as a
    lower bound. NaN for fewer than 4 columns.
    """
    row, column = np.tril_indices(len(matrix), k=-1)
    correlation = matrix.to_numpy()[row, column]
    keep = np.isfinite(correlation)
    row, column, correlation = row[keep], column[keep], correlation[keep]
    interval = fisher_interval(correlation, columns)
    return pd.DataFrame(
        {
            "element_a": matrix.index.to_numpy()[row],
            "element_b": matrix.columns.to_numpy()[column],
            "correlation": correlation,
            "ci_low": interval.ci_low,
            "ci_high": interval.ci_high,
        }
    )


def _check(vectors: pd.DataFrame) -> None:
    """Raise ValueError for rows that are not distinct elements and columns that are not numbers."""

    def named(items: pd.Index[Any]) -> str:
        return ", ".join(repr(item) for item in items[:5])

    unknown = vectors.index[~vectors.index.isin(NUMBER_OF)]
    if len(unknown):
        message = (
            f"the index of an element-vector table must hold element symbols, found {named(unknown)} "
            "(read CSV files with keep_default_na=False)"
        )
        raise ValueError(message)
    repeated = vectors.index[vectors.index.duplicated()]
    if len(repeated):
        message = f"each element may have one vector, repeated: {named(repeated)}"
        raise ValueError(message)
    text = vectors.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in vectors.dtypes]]
    if len(text):
        message = f"element vectors must be numbers, not so in the columns {named(text)}"
        raise ValueError(message)
