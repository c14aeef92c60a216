"""What a set of compounds is made of: sizes, element counts, prevalence and diversity of elements.

The analysis of Wang, Mahmoud, Czasny, Gurlo 2022 (Integr. Mater. Manuf. Innov. 11:41). Every table
here is tidy with a ``part`` column and takes its rows by the part's name, never by its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from matxai.composition.data.formulas import NUMBER_OF, SYMBOL_OF
from matxai.learning.split import PARTS
from matxai.statistics.bootstrap import Resamples
from matxai.statistics.estimate import normal_estimate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

WHOLE = "whole"  # all parts together


def incidence(compounds: Iterable[Mapping[str, float]]) -> NDArray[np.bool_]:
    """Tell which compound holds which element: (compounds, elements up to Lr), column Z - 1.

    ``compounds`` maps element symbols to amounts (any unit, above zero). Raises ValueError naming the
    first compound (from 0) that is empty, holds an unknown symbol, or an amount that is not positive.
    """
    rows: list[int] = []
    places: list[int] = []
    size = 0
    for row, amounts in enumerate(compounds):
        size += 1
        for symbol, amount in amounts.items():
            if symbol not in NUMBER_OF or not amount > 0:
                message = (
                    f"compound {row}: {symbol!r} with amount {amount}; expected an element symbol "
                    "with an amount above zero"
                )
                raise ValueError(message)
            rows.append(row)
            places.append(NUMBER_OF[symbol] - 1)
        if not amounts:
            message = f"compound {row} holds no element"
            raise ValueError(message)
    held = np.zeros((size, len(NUMBER_OF)), dtype=bool)
    held[rows, places] = True
    return held


def prevalence(held: NDArray[np.bool_], parts: Iterable[str]) -> pd.DataFrame:
    """Count the compounds that hold each element, per part and as a whole.

    ``held`` from ``incidence``, ``parts`` one name a compound. Returns the columns part, element,
    atomic_number, compounds, share (of the part's compounds); elements that no part holds are left
    out, an element that only another part holds has 0 (and a share of NaN in an empty part).
    """
    present = np.flatnonzero(held.any(axis=0))
    tables = [
        pd.DataFrame(
            {
                "part": part,
                "element": [SYMBOL_OF[int(place) + 1] for place in present],
                "atomic_number": present + 1,
                "compounds": rows[:, present].sum(axis=0),
                "share": _share(rows[:, present].sum(axis=0), len(rows)),
            }
        )
        for part, rows in _by_part(held, parts)
    ]
    return pd.concat(tables, ignore_index=True)


def element_counts(held: NDArray[np.bool_], parts: Iterable[str]) -> pd.DataFrame:
    """Count the compounds of 1, 2, ... elements: columns part, elements, compounds, share."""
    largest = int(held.sum(axis=1).max(initial=0))
    tables = []
    for part, rows in _by_part(held, parts):
        counts = np.bincount(rows.sum(axis=1), minlength=largest + 1)[1:]
        table = {"elements": np.arange(1, largest + 1), "compounds": counts}
        tables.append(pd.DataFrame({"part": part, **table, "share": _share(counts, len(rows))}))
    return pd.concat(tables, ignore_index=True)


def entropy(counts: NDArray[np.integer | np.floating]) -> NDArray[np.float64]:
    """Normalised Shannon entropy of element counts: -sum p log2 p / log2 k.

    ``counts`` (..., elements) compounds that hold each element; p = counts / sum, k the number of
    elements with a count above 0. Returns (...): 1 if all k are equally frequent; 0 for a single element
    (nothing is uncertain, where the formula has 0 / 0); NaN for none.
    """
    present = (counts > 0).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        normalised = stats.entropy(counts, axis=-1) / np.log(present)
    return np.where(present == 1, 0.0, normalised)


def entropy_error(held: NDArray[np.bool_], replicates: int = 200, seed: int = 0) -> float:
    """Bootstrap standard error of ``entropy``: compounds drawn with replacement, seeded.

    NaN for no compounds. (Percentiles of the replicates would be off centre: a resample loses rare
    elements, which moves the normalised entropy one way.)
    """
    size = len(held)
    if not size:
        return float("nan")
    draws = Resamples.of(np.arange(size), seed=seed, resamples=replicates)
    values = held[:, held.any(axis=0)].astype(np.float64)
    drawn = draws.each(lambda weights: entropy(weights @ values))[1:]
    return float(np.std(drawn, ddof=1))


def summary(
    held: NDArray[np.bool_], parts: Iterable[str], replicates: int = 200, seed: int = 0
) -> pd.DataFrame:
    """Describe each part and the whole in one row.

    Returns the columns part, compounds, elements (distinct), largest_count and mean_count (of elements
    in a compound), entropy, entropy_error (bootstrap standard error) and the normal 95 % interval
    entropy_ci_low, entropy_ci_high, kept within [0, 1].
    """
    rows = []
    for part, mine in _by_part(held, parts):
        counts = mine.sum(axis=1)
        error = entropy_error(mine, replicates, seed)
        value, low, high = np.clip(normal_estimate(entropy(mine.sum(axis=0)), error), 0, 1)
        rows.append(
            {
                "part": part,
                "compounds": len(mine),
                "elements": int(mine.any(axis=0).sum()),
                "largest_count": int(counts.max(initial=0)),
                "mean_count": float(counts.mean()) if len(mine) else float("nan"),
                "entropy": value,
                "entropy_error": error,
                "entropy_ci_low": low,
                "entropy_ci_high": high,
            }
        )
    return pd.DataFrame(rows)


def _by_part(
    held: NDArray[np.bool_], parts: Iterable[str]
) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield the rows of train, val, test (also if none) and of the whole, each under its name."""
    names = np.array(list(parts), dtype=object)
    if len(names) != len(held):
        message = f"{len(held)} compounds but {len(names)} part names: give one a compound"
        raise ValueError(message)
    unknown = sorted(set(names) - set(PARTS), key=str)
    if unknown:
        message = f"part {unknown[0]!r} is not one of {', '.join(PARTS)}"
        raise ValueError(message)
    for part in PARTS:
        yield part, held[names == part]
    yield WHOLE, held


def _share(counts: NDArray[np.integer], total: int) -> NDArray[np.float64]:
    """Divide counts by their total, NaN where that is 0."""
    return counts / total if total else np.full(len(counts), np.nan)
