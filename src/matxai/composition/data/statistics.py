"""Elements in a set of compounds: how many there are, how often each occurs, and how diverse they are.

The analysis is that of Wang, Mahmoud, Czasny, Gurlo 2022 (Integr. Mater. Manuf. Innov. 11:41).
``presence`` is always the Boolean array (compounds, elements) of `incidence`, and ``parts`` the part of
each compound. Every table has rows for train, val, test and whole.
"""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from matxai.composition.data.formulas import NUMBER_OF, SYMBOL_OF
from matxai.learning.split import PARTS
from matxai.statistics.bootstrap import Resamples
from matxai.statistics.estimate import normal_estimate

WHOLE = "whole"  # all parts together
SUMMARY_COLUMNS = (
    "part", "compounds", "elements", "largest_count", "mean_count", "entropy", "entropy_error",
    "entropy_ci_low", "entropy_ci_high",
)  # fmt: skip


def incidence(compounds: Iterable[Mapping[str, float]]) -> NDArray[np.bool_]:
    """Tell which compound, given by its amounts by element symbol, contains which element.

    Returns:
        Array (compounds, elements up to Lr); the element of atomic number Z has the column Z - 1.

    Raises:
        ValueError: If a compound is empty or has an unknown symbol or an amount that is not positive.
    """
    compounds = list(compounds)
    presence = np.zeros((len(compounds), len(NUMBER_OF)), dtype=bool)
    for row, amounts in enumerate(compounds):
        if not amounts:
            raise ValueError(f"compound {row} holds no element")
        for symbol, amount in amounts.items():
            if symbol not in NUMBER_OF or not amount > 0:
                raise ValueError(
                    f"compound {row}: {symbol!r} with amount {amount}; expected an element symbol "
                    "with an amount above zero"
                )
        presence[row, [NUMBER_OF[symbol] - 1 for symbol in amounts]] = True
    return presence


def prevalence(presence: NDArray[np.bool_], parts: Iterable[str]) -> pd.DataFrame:
    """Count the compounds that contain each element.

    Columns: part, element, atomic_number, compounds, share (of the part's compounds, NaN if it has none).
    Elements that no compound contains are left out.
    """
    present = np.flatnonzero(presence.any(axis=0))
    elements = [SYMBOL_OF[int(place) + 1] for place in present]
    tables = []
    for part, rows in _by_part(presence, parts):
        counts = rows[:, present].sum(axis=0)
        table = {"element": elements, "atomic_number": present + 1, "compounds": counts}
        share = counts / (len(rows) or np.nan)
        tables.append(pd.DataFrame({"part": part, **table, "share": share}))
    return pd.concat(tables, ignore_index=True)


def element_counts(presence: NDArray[np.bool_], parts: Iterable[str]) -> pd.DataFrame:
    """Count the compounds of 1, 2, ... elements: part, elements, compounds, share (of the part)."""
    largest = int(presence.sum(axis=1).max(initial=0))
    tables = []
    for part, rows in _by_part(presence, parts):
        counts = np.bincount(rows.sum(axis=1), minlength=largest + 1)[1:]
        table = {"elements": np.arange(1, largest + 1), "compounds": counts}
        share = counts / (len(rows) or np.nan)
        tables.append(pd.DataFrame({"part": part, **table, "share": share}))
    return pd.concat(tables, ignore_index=True)


def entropy(counts: NDArray[np.integer | np.floating]) -> NDArray[np.float64]:
    """Compute the normalised Shannon entropy -sum p log2 p / log2 k of element counts.

    ``counts`` (..., elements) are the compounds that contain each element, p are their shares of the sum,
    and k is the number of elements that occur. The entropy (...) is 1 if all k are equally frequent, 0 for
    a single element, where the formula gives 0 / 0, and NaN for none.
    """
    present = (counts > 0).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        normalised = scipy.stats.entropy(counts, axis=-1) / np.log(present)
    return np.where(present == 1, 0.0, normalised)


def entropy_error(presence: NDArray[np.bool_], replicates: int = 200, seed: int = 0) -> float:
    """Compute the bootstrap standard error of `entropy` over compounds; NaN if there are none.

    Percentiles of the replicates would be biased: a resample loses rare elements, which moves the
    normalised entropy in one direction.
    """
    if not len(presence):
        return float("nan")
    draws = Resamples.of(np.arange(len(presence)), seed=seed, resamples=replicates)
    values = presence[:, presence.any(axis=0)].astype(np.float64)
    entropies = draws.each(lambda weights: entropy(weights @ values))[1:]
    return float(np.std(entropies, ddof=1))


def summary(
    presence: NDArray[np.bool_], parts: Iterable[str], replicates: int = 200, seed: int = 0
) -> pd.DataFrame:
    """Describe each part and the whole in one row.

    Columns `SUMMARY_COLUMNS`: elements are distinct, the counts are those of elements in a compound, the
    error is the bootstrap standard error, and the ends are of the normal 95 % interval, cut to [0, 1].
    """
    rows = []
    for part, members in _by_part(presence, parts):
        counts = members.sum(axis=1)
        error = entropy_error(members, replicates, seed)
        value, low, high = np.clip(normal_estimate(entropy(members.sum(axis=0)), error), 0, 1)
        distinct, largest = members.any(axis=0).sum(), counts.max(initial=0)
        mean = counts.sum() / (len(members) or np.nan)
        rows.append((part, len(members), distinct, largest, mean, value, error, low, high))
    return pd.DataFrame(rows, columns=list(SUMMARY_COLUMNS))


def _by_part(
    presence: NDArray[np.bool_], parts: Iterable[str]
) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield the name and the rows of each part, empty ones included, and of the whole."""
    names = np.array(list(parts), dtype=object)
    if len(names) != len(presence):
        raise ValueError(
            f"{len(presence)} compounds but {len(names)} part names: give one per compound"
        )
    if unknown := sorted(set(names) - set(PARTS), key=str):
        raise ValueError(f"part {unknown[0]!r} is not one of {', '.join(PARTS)}")
    for part in PARTS:
        yield part, presence[names == part]
    yield WHOLE, presence
