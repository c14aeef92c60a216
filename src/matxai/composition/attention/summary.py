"""What an attention store holds, what it costs, and whether its rows sum to 1."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd

from matxai.composition.attention.store import AttentionStore, attention

_TIMED = 20


def summarise(path: str | Path) -> pd.DataFrame:
    """One row: size, the published layout's size, reading time, and the check of all row sums.

    Columns: steps, compounds, layers, heads, largest_count (elements); store_bytes; published_bytes (every
    compound padded to the largest count in float32, uncompressed); share (of the two); read_ms (median over
    20 compounds, from opening the file to the whole history); row_sum_error (largest deviation from 1 in
    float32, before rounding); stored_row_sum_error (the same of what is read back).

    Raises:
        InputError: there is no store, or it holds numbers that are no weights.
    """
    path = Path(path)
    with AttentionStore(path) as store:
        shape = (store.attributes["layers"], store.attributes["heads"])
        largest = int(store.counts.max())
        published = published_bytes(len(store), len(store.counts), *shape, largest)
        size = path.stat().st_size
        return pd.DataFrame(
            [
                {
                    "steps": len(store),
                    "compounds": len(store.counts),
                    "layers": shape[0],
                    "heads": shape[1],
                    "largest_count": largest,
                    "store_bytes": size,
                    "published_bytes": published,
                    "share": size / published,
                    "read_ms": reading_ms(path, store.formulas),
                    "row_sum_error": float(store.row_sum_error.max()),
                    "stored_row_sum_error": stored_row_sum_error(store),
                }
            ]
        )


def published_bytes(steps: int, compounds: int, layers: int, heads: int, largest: int) -> int:
    """Float32 weights of compounds that are all padded to the largest element count."""
    return 4 * steps * compounds * layers * heads * largest**2


def reading_ms(path: Path, formulas: list[str]) -> float:
    """Median milliseconds to open the store and read one compound's whole history."""
    times = []
    for place in np.linspace(0, len(formulas) - 1, min(_TIMED, len(formulas))).astype(int):
        began = time.perf_counter()
        attention(path, formulas[place])
        times.append(time.perf_counter() - began)
    return 1000 * median(times)


def stored_row_sum_error(store: AttentionStore) -> float:
    """Largest deviation from 1 of any row as it is read; every weight of the store is looked at."""
    worst = 0.0
    for group in store.groups():
        for compounds in group.blocks():
            sums = group.attention(slice(None), compounds).sum(axis=-1, dtype=np.float64)
            worst = max(worst, float(np.abs(sums - 1).max()))
    return worst
