"""Which elements a representation places close together: correlations between element vectors.

The map is that of Wang, Mahmoud, Czasny, Gurlo 2022 (Integr. Mater. Manuf. Innov. 11:41), for any
table with one vector per element.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
from pymatgen.core.periodic_table import Element

from matxai.composition.data.formulas import HEAVIEST, NUMBER_OF
from matxai.statistics.correlation import fisher_interval, pearson

LAST = {"full": HEAVIEST, "uranium": 92}  # as the configuration names the ranges
_ROUNDING = 1e-12  # a standard deviation below this share of the largest value is rounding


class CorrelationMap(NamedTuple):
    """Correlations (elements, elements) in one range and order of elements."""

    matrix: pd.DataFrame
    columns: int  # vector components behind each correlation
    grouped: bool  # whether elements are ordered by group of the periodic table


def correlation_map_of(vectors: pd.DataFrame, name: str) -> CorrelationMap:
    """Compute the map of a name such as ``uranium_group``: a range and an order of the configuration."""
    span, order = name.split("_")
    table = standardise(vectors, LAST[span])
    matrix = sort_elements(element_correlation(table, LAST[span]), order)
    return CorrelationMap(matrix, table.shape[1], order == "group")


def standardise(vectors: pd.DataFrame, last: int = HEAVIEST) -> pd.DataFrame:
    """Centre and scale every column over the elements that are present.

    An element is present if its atomic number is at most ``last`` and it has a finite value. Each column
    gets mean 0 and variance 1 over the present elements with a value there. Constant columns are
    dropped. A missing value then becomes 0, the mean of its column, and says nothing about the element.

    ``vectors`` (elements, components) are indexed by element symbols; the returned table (present elements,
    columns that vary) is in order of atomic number.

    Raises:
        ValueError: If a symbol is unknown or repeated, or a column is not numeric.
    """
    _check(vectors)
    table = vectors.loc[sorted(vectors.index, key=NUMBER_OF.__getitem__)].astype(float)
    table = table[[NUMBER_OF[symbol] <= last for symbol in table.index]]
    table = table.where(np.isfinite(table)).dropna(how="all")
    deviation = table.std(ddof=0)
    varies = deviation > _ROUNDING * table.abs().max()
    return ((table - table.mean()) / deviation).loc[:, varies].fillna(0)


def element_correlation(table: pd.DataFrame, last: int = HEAVIEST) -> pd.DataFrame:
    """Compute Pearson's correlation between the vectors of each two elements.

    ``table`` (elements, components) comes from `standardise` with the same ``last``: later elements must
    not take part in the standardisation either. The result (last, last) is symmetric and in order of atomic
    number. It is NaN for absent elements, and for vectors whose components are all equal, since these have
    no direction to compare.
    """
    # Imputed by the columns' means, an element may differ from them by rounding alone.
    vectors = table.where(table.abs() > _ROUNDING, 0).to_numpy().T
    matrix = pearson(vectors, vectors)
    np.fill_diagonal(matrix, np.where(np.isnan(np.diag(matrix)), np.nan, 1.0))  # without rounding
    symbols = list(NUMBER_OF)[:last]
    square = pd.DataFrame(matrix, index=table.index, columns=table.index)
    return square.reindex(index=symbols, columns=symbols)


def group_of(symbol: str) -> str:
    """Name the group of an element: ``1`` to ``18``, ``lanthanides`` (La-Lu) or ``actinides`` (Ac-Lr)."""
    element = Element(symbol)
    if element.is_lanthanoid:
        return "lanthanides"
    return "actinides" if element.is_actinoid else str(element.group)


def sort_elements(matrix: pd.DataFrame, order: str = "number") -> pd.DataFrame:
    """Sort rows and columns by atomic ``number``, or by ``group`` (f block last) and number within it."""
    if order not in ("number", "group"):
        raise ValueError(f"order '{order}' of elements is not one of number, group")
    symbols = sorted(matrix.index, key=NUMBER_OF.__getitem__)
    if order == "group":
        groups = [*map(str, range(1, 19)), "lanthanides", "actinides"]
        symbols.sort(key=lambda symbol: groups.index(group_of(symbol)))
    return matrix.loc[symbols, symbols]


def correlation_pairs(matrix: pd.DataFrame, columns: int) -> pd.DataFrame:
    """List the defined correlations below the diagonal, each with Fisher's 95 % interval.

    The interval tanh(artanh r -+ 1.96 / sqrt(columns - 3)) takes the components for independent draws of
    a bivariate normal variable, of which there are ``columns``. Components of learned vectors depend on
    each other and imputed values count as known, so that the true uncertainty is larger.

    Columns of the table: element_a, element_b (which stands before element_a in the matrix), correlation,
    ci_low, ci_high (NaN for fewer than 4 components).
    """
    row, column = np.tril_indices(len(matrix), k=-1)
    pairs = {"element_a": matrix.index[row], "element_b": matrix.columns[column]}
    table = pd.DataFrame({**pairs, "correlation": matrix.to_numpy()[row, column]})
    table = table.dropna(ignore_index=True)
    interval = fisher_interval(table["correlation"], columns)
    return table.assign(ci_low=interval.ci_low, ci_high=interval.ci_high)


def _check(vectors: pd.DataFrame) -> None:
    def names(items: Iterable[object]) -> str:
        return ", ".join(map(repr, list(items)[:5]))

    if len(unknown := vectors.index[~vectors.index.isin(NUMBER_OF)]):
        raise ValueError(
            f"the index of an element-vector table must hold element symbols, found {names(unknown)} "
            "(read CSV files with keep_default_na=False)"
        )
    if len(repeated := vectors.index[vectors.index.duplicated()]):
        raise ValueError(f"each element may have one vector, repeated: {names(repeated)}")
    if len(text := vectors.select_dtypes(exclude=["number", "bool"]).columns):
        raise ValueError(f"element vectors must be numbers, not so in the columns {names(text)}")
