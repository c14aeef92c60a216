"""How long one compound's attention takes to read from a large store, opening it included.

    python benchmarks/attention_reading.py --compounds 8500 --steps 300

The store is made up: compounds of 1 to 6 random elements, 3 layers of 4 heads, weights that move from
random to uniform ones. Milliseconds are medians over 25 compounds, on the clock and of the processor (the
second ones mean something on a machine that does other work as well).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import numpy as np
import pandas as pd

from matxai.composition.attention.store import AttentionStore, attention
from matxai.composition.attention.writer import AttentionWriter, pack
from matxai.composition.data.formulas import SYMBOL_OF, parse_formula, reduced_formula

SHARES = (0.02, 0.15, 0.45, 0.25, 0.1, 0.03)  # of 1 to 6 elements
READ = 25


def made_up(folder: Path, compounds: int, steps: int) -> Path:
    """Write and pack the store."""
    rng = np.random.default_rng(0)
    counts = rng.choice(np.arange(1, 7), p=SHARES, size=compounds)
    elements = [rng.choice(np.arange(1, 90), size=n, replace=False) for n in counts]
    amounts = [rng.integers(1, 12, size=n) for n in counts]
    formulas = [
        "".join(f"{SYMBOL_OF[int(z)]}{amount}" for z, amount in zip(*pair, strict=True))
        for pair in zip(elements, amounts, strict=True)
    ]
    table = pd.DataFrame(
        {
            "formula": formulas,
            "reduced": [reduced_formula(parse_formula(formula)) for formula in formulas],
            "elements": elements,
            "fractions": [each / each.sum() for each in amounts],
            "row": np.arange(compounds),
            "target": rng.normal(size=compounds),
        }
    )
    store = AttentionWriter(folder / "a.zarr", table, layers=3, heads=4, origin={"epoch_steps": 10})
    store.create()
    start = {n: np.exp(rng.normal(size=(len(m), 3, 4, n, n))) for n, m in store.members.items()}
    start = {n: weights / weights.sum(-1, keepdims=True) for n, weights in start.items()}
    for step in range(steps):
        share = step / steps
        weights = {n: (w + share * (1 / n - w)).astype(np.float32) for n, w in start.items()}
        values = {n: np.full(len(m), step, dtype=np.float32) for n, m in store.members.items()}
        store.append(10 * (step + 1), weights, values)
    pack(store.folder, folder / "a.zarr.zip")
    return folder / "a.zarr.zip"


def timed(work: Callable[[str], object], formulas: list[str]) -> str:
    """Median milliseconds, on the clock and of the processor."""
    rows = []
    for formula in formulas[:: max(1, len(formulas) // READ)][:READ]:
        began = time.perf_counter(), time.process_time()
        work(formula)
        rows.append((time.perf_counter() - began[0], time.process_time() - began[1]))
    clock, processor = (1000 * median(column) for column in zip(*rows, strict=True))
    return f"{clock:.1f} ms (processor {processor:.1f} ms)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--compounds", type=int, default=8500)
    parser.add_argument("--steps", type=int, default=300)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = made_up(Path(folder), arguments.compounds, arguments.steps)
        with AttentionStore(path) as store:
            formulas = store.formulas
        with zipfile.ZipFile(path) as file:
            print(f"{path.stat().st_size:,} bytes in {len(file.namelist()):,} pieces")
        print("open alone:", timed(lambda _: AttentionStore(path).close(), formulas))
        print("open, read one compound:", timed(lambda f: attention(path, f), formulas))


if __name__ == "__main__":
    main()
