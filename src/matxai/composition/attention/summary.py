"""What an attention store holds, what it costs, and whether its rows sum to 1."""

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
