"""Which elements attend to which: the attention of one entry, averaged over compounds.

A weight falls with the number of elements n in a compound, as a row sums to 1: its mean is 1/n. The
ratio weight x n compares it with uniform attention, whatever n: 1 is uniform, n the most there is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from matxai.composition.attention.store import AttentionStore
from matxai.composition.data.formulas import SYMBOL_OF

ALL = "all"
_PAIRS = 2**8  # query element x 256 + key element
_LEVEL = 0.975


def element_attention(store: AttentionStore, entry: int) -> pd.DataFrame:
    """One row a layer, head and ordered pair of elements that a captured compound holds.

    Columns: layer and head (from 1, or both ``all``: their mean), query and key (symbols), compounds (the
    distinct compositions that hold both), weight (mean), ratio (mean of weight x n, 1 = uniform),
    ci_low and ci_high (of the ratio: 95 % t interval over compositions, which are taken for independent;
    NaN for a single one). Rows of one layer and head in order of atomic numbers.
    """
    distinct = ~store.compounds.duplicated("reduced").to_numpy()
    heads = store.attributes["layers"] * store.attributes["heads"]
    sums = _Sums(heads + 1)
    for group in store.groups():
        kept = distinct[group.places]
        if not kept.any():
            continue
        weights = group.attention(entry)[kept].astype(float)
        compounds, n = len(weights), group.count
        weights = weights.reshape(compounds, heads, n * n)
        whole = np.concatenate([weights.mean(axis=1, keepdims=True), weights], axis=1)
        numbers = group.elements[kept].astype(np.int64)
        pairs = (numbers[:, :, None] * _PAIRS + numbers[:, None, :]).reshape(compounds, n * n)
        sums.add(pairs, whole, n)
    return sums.table(store.attributes["heads"])


@dataclass
class _Sums:
    """Running sums by pair; the first of ``rows`` is the mean of all heads, the others a head each."""

    rows: int
    count: NDArray[np.int64] = field(init=False)
    sums: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        self.count = np.zeros(_PAIRS**2, dtype=np.int64)
        self.sums = np.zeros((3, self.rows, _PAIRS**2))  # weight, ratio, squared ratio

    def add(self, pairs: NDArray[np.int64], weights: NDArray[np.float64], n: int) -> None:
        """``pairs`` (compounds, n²) and ``weights`` (compounds, rows, n²) of compounds of n elements."""
        self.count += np.bincount(pairs.ravel(), minlength=_PAIRS**2)
        ratios = weights * n
        for number, values in enumerate((weights, ratios, ratios**2)):
            for row in range(self.rows):
                self.sums[number, row] += np.bincount(
                    pairs.ravel(), values[:, row].ravel(), minlength=_PAIRS**2
                )

    def table(self, heads_of_layer: int) -> pd.DataFrame:
        pairs = np.flatnonzero(self.count)
        count = self.count[pairs]
        weight, ratio, square = self.sums[:, :, pairs] / count
        several = np.maximum(count - 1, 1)
        variance = np.clip(square - ratio**2, 0, None) * count / several
        half = np.where(
            count > 1, scipy.stats.t.ppf(_LEVEL, several) * np.sqrt(variance / count), np.nan
        )
        symbols = np.array([SYMBOL_OF.get(number, "") for number in range(_PAIRS)])
        names: list[tuple[Any, Any]] = [(ALL, ALL)]
        names += [divmod(number, heads_of_layer) for number in range(self.rows - 1)]
        tables = [
            pd.DataFrame(
                {
                    "layer": layer if layer == ALL else layer + 1,
                    "head": head if head == ALL else head + 1,
                    "query": symbols[pairs // _PAIRS],
                    "key": symbols[pairs % _PAIRS],
                    "compounds": count,
                    "weight": weight[number],
                    "ratio": ratio[number],
                    "ci_low": np.clip(ratio[number] - half[number], 0, None),
                    "ci_high": ratio[number] + half[number],
                }
            )
            for number, (layer, head) in enumerate(names)
        ]
        return pd.concat(tables, ignore_index=True)


def read_elements(path: Any) -> pd.DataFrame:
    """The table of `element_attention` from its CSV file; layer and head as text."""
    return pd.read_csv(
        path,
        dtype={"layer": str, "head": str},
        keep_default_na=False,
        na_values={"ci_low": "", "ci_high": ""},
    )
