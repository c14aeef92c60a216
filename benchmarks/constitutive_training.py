"""Samples per second of training and permutation importance, against loops that handle single rows.

    python benchmarks/constitutive_training.py --threads 1

All loops run the same network (128 x 4) on the same 42,000 steps of 9 features, in turn and in one
process; a rate is the best of the rounds, in CPU seconds. Training:
- ours: the table lies on the device, a batch is an index into it;
- rows collated: a DataLoader takes rows one by one from a Dataset and collates them to the same batches;
- row by row: a DataLoader yields single rows, each a step of the optimiser.
Permutation importance, 9 features and 3 repeats:
- ours: permuted copies predicted together, only sums kept;
- rows collated: one permuted copy at a time through a DataLoader, then the R2 of all predictions;
- row by row: the same, every row predicted alone (on the first 1,000 rows).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn.functional import huber_loss
from torch.utils.data import DataLoader, Dataset

from matxai.attribution.permutation import permutation_importance
from matxai.constitutive.network.fitting import Data, StressRegression
from matxai.constitutive.network.networks import Perceptron
from matxai.statistics.regression import r2

ROWS, FEATURES, BATCH, REPEATS = 42_000, 9, 256, 3


class Rows(Dataset):
    """Rows of a table, handed out one by one."""

    def __init__(self, x: Tensor, y: Tensor) -> None:
        self.x, self.y = x.numpy(), y.numpy()

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, row: int) -> tuple[Any, Any]:
        return self.x[row], self.y[row]


def train(batches: Iterator[tuple[Tensor, Tensor]], seconds: float) -> float:
    """Samples a CPU second of optimiser steps on what the iterator gives."""
    network = Perceptron(FEATURES, 128, 4, "silu")
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, fused=True)
    done, began = 0, time.process_time()
    while (spent := time.process_time() - began) < seconds:
        x, y = next(batches)
        loss = huber_loss(network(x), y)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        done += len(x)
    return done / spent


def endless(make: Callable[[], Any]) -> Iterator[Any]:
    """Epoch after epoch."""
    while True:
        yield from make()


def trainings(x: Tensor, y: Tensor) -> dict[str, Callable[[], Iterator[tuple[Tensor, Tensor]]]]:
    """A source of batches by name."""
    task = StressRegression(Data(x, y), Data(x, y), BATCH, 1.0)
    rows = Rows(x, y)
    return {
        "ours": lambda: endless(lambda: ((x[rows_], y[rows_]) for rows_ in task.batches())),
        "rows collated": lambda: endless(lambda: DataLoader(rows, BATCH, shuffle=True)),
        "row by row": lambda: endless(lambda: DataLoader(rows, 1, shuffle=True)),
    }


def permute_ours(network: nn.Module, x: Tensor, y: Tensor) -> None:
    """The method of the workflow, intervals over 90 paths included."""
    groups = {str(place): [place] for place in range(FEATURES)}
    paths = np.arange(len(x)) * 90 // len(x)
    permutation_importance(network, x, y, groups, paths, repeats=REPEATS, seed=0)


@torch.no_grad()
def permute_rows(network: nn.Module, x: Tensor, y: Tensor, batch: int = BATCH) -> None:
    """One permuted copy at a time, its rows collated by a DataLoader."""
    for place in range(FEATURES):
        for _ in range(REPEATS):
            permuted = x.clone()
            permuted[:, place] = x[torch.randperm(len(x)), place]
            parts = [network(part) for part, _ in DataLoader(Rows(permuted, y), batch)]
            r2(y.double().numpy(), torch.cat(parts).double().numpy())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each training loop a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    x, y = torch.randn(ROWS, FEATURES), torch.randn(ROWS)
    network = Perceptron(FEATURES, 128, 4, "silu")
    permutations = {
        "ours": (permute_ours, ROWS // 4),
        "rows collated": (permute_rows, ROWS // 4),
        "row by row": (partial(permute_rows, batch=1), 1000),
    }
    rates: dict[tuple[str, str], float] = {}

    def note(work: str, loop: str, rate: float) -> None:
        rates[work, loop] = max(rate, rates.get((work, loop), 0.0))

    for _ in range(arguments.rounds):
        for name, source in trainings(x, y).items():
            note("training", name, train(source(), arguments.seconds))
        for name, (permute, rows) in permutations.items():
            began = time.process_time()
            permute(network, x[:rows], y[:rows])
            samples = rows * FEATURES * REPEATS
            note("permutation", name, samples / (time.process_time() - began))
    table = pd.DataFrame(
        [
            (work, loop, rate, rates[work, "ours"] / rate, arguments.threads)
            for (work, loop), rate in rates.items()
        ],
        columns=["work", "loop", "samples_per_s", "ours_over_this", "threads"],
    ).sort_values(["work", "ours_over_this"])
    print(table.round(2).to_string(index=False))
    if arguments.out:
        table.round(3).to_csv(arguments.out, index=False)


if __name__ == "__main__":
    main()
