"""Tables of an attention store: which elements attend to which, and what it holds and costs."""

import time
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
import scipy

from matxai.composition.attention.store import AttentionStore, attention
from matxai.composition.data.formulas import SYMBOL_OF

ALL = "all"
_LEVEL = 0.975
_TIMED = 20


def element_attention(store: AttentionStore, entry: int) -> pd.DataFrame:
    """One row per layer, head and ordered pair of elements that a captured compound holds, of one entry.

    A weight falls with the number of elements n in a compound, as a row sums to 1: its mean is 1/n. The
    ratio weight x n compares it with uniform attention, whatever n: 1 is uniform, n the most there is.

    Columns: layer and head (from 1, or both ``all``: their mean), query and key (symbols), compounds (the
    distinct compositions that hold both), weight (mean), ratio (mean of weight x n, 1 = uniform),
    ci_low and ci_high (of the ratio: 95 % t interval over compositions, which are taken for independent;
    NaN for a single one). Rows of one layer and head in order of atomic numbers.
    """
    distinct = ~store.compounds.duplicated("reduced").to_numpy()
    layers, heads = store.attributes["layers"], store.attributes["heads"]
    tables = []
    for group in store.groups():
        kept, n = distinct[group.places], group.count
        weights = group.attention(entry)[kept].astype(float).reshape(-1, layers * heads, n * n)
        whole = np.concatenate([weights.mean(axis=1, keepdims=True), weights], axis=1)
        table = pd.DataFrame(whole.swapaxes(1, 2).reshape(-1, 1 + layers * heads))
        numbers = group.elements[kept]
        query, key = np.repeat(numbers, n, axis=1).ravel(), np.tile(numbers, n).ravel()
        tables.append(table.set_index([query, key, np.full(len(table), n)]))
    weights = pd.concat(tables)
    counts = weights.index.get_level_values(2).to_numpy()
    of_pair = weights.groupby(level=[0, 1])
    ratios = weights.mul(counts, axis=0).groupby(level=[0, 1])
    compounds = of_pair.size()
    errors = ratios.sem().mul(scipy.stats.t.ppf(_LEVEL, compounds - 1), axis=0)
    names = [(ALL, ALL), *((layer + 1, head + 1) for layer, head in np.ndindex(layers, heads))]
    pairs = [[SYMBOL_OF[number] for number in pair] for pair in compounds.index.to_list()]
    rows = [
        (*name, *pair, count)
        for name in names
        for pair, count in zip(pairs, compounds, strict=True)
    ]
    weight, ratio, half = (
        table.to_numpy().ravel(order="F") for table in (of_pair.mean(), ratios.mean(), errors)
    )
    return pd.DataFrame(rows, columns=["layer", "head", "query", "key", "compounds"]).assign(
        weight=weight, ratio=ratio, ci_low=np.clip(ratio - half, 0, None), ci_high=ratio + half
    )


def summarise(path: str | Path) -> pd.DataFrame:
    """One row: size, the published layout's size, reading time, and the check of all row sums.

    Columns: steps, compounds, layers, heads, largest_count (elements); store_bytes; published_bytes (every
    compound padded to the largest count in float32, uncompressed); share (of the two); read_ms (median over
    20 compounds, from opening the file to the whole history); row_sum_error (largest deviation from 1 in
    float32, before rounding); stored_row_sum_error (the same of what is read back).
    """
    path = Path(path)
    with AttentionStore(path) as store:
        shape = {
            "steps": len(store),
            "compounds": len(store.counts),
            "layers": store.attributes["layers"],
            "heads": store.attributes["heads"],
            "largest_count": int(store.counts.max()),
        }
        size, published = path.stat().st_size, published_bytes(*shape.values())
        costs = {
            "store_bytes": size,
            "published_bytes": published,
            "share": size / published,
            "read_ms": _reading_ms(path, store.formulas),
            "row_sum_error": float(store.row_sum_error.max()),
            "stored_row_sum_error": max(
                float(np.abs(weights.sum(axis=-1, dtype=np.float64) - 1).max())
                for group in store.groups()
                for weights in (group.attention(slice(None), rows) for rows in group.blocks())
            ),
        }
    return pd.DataFrame([shape | costs])


def published_bytes(steps: int, compounds: int, layers: int, heads: int, largest: int) -> int:
    """Float32 weights of compounds that are all padded to the largest element count."""
    return 4 * steps * compounds * layers * heads * largest**2


def _reading_ms(path: Path, formulas: list[str]) -> float:
    """Median milliseconds to open the store and read one compound's whole history."""
    times = []
    for place in np.linspace(0, len(formulas) - 1, min(_TIMED, len(formulas))).astype(int):
        began = time.perf_counter()
        attention(path, formulas[place])
        times.append(time.perf_counter() - began)
    return 1000 * median(times)
