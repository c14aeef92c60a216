"""Accuracy and cost of training the published CrabNet, against the arithmetic limit of the same run.

    python benchmarks/crabnet_training.py --data FOLDER --seeds 0 1 2 --threads 1

FOLDER holds train.csv, val.csv and test.csv (columns formula,target), e.g. the AFLOW bulk modulus
of the CrabNet paper. One row per seed is printed and appended to the CSV named by --out.

limit_s: seconds an epoch would take if all of it ran at the rate of a matrix product, counting
6 x parameters x real tokens operations (2 forward, 4 backward). The rate is the best of
products of the network's own shapes, measured between epochs of the same run. epoch_s: CPU seconds of
an epoch's training; epoch_with_validation_s: with the pass over the validation part.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import pandas as pd
import torch
from torch import Tensor, nn

from matxai.composition.data.formulas import NUMBER_OF
from matxai.composition.data.preparation import prepare
from matxai.composition.data.sources import read_parts
from matxai.composition.elements.vectors import network_vectors, read_element_vectors
from matxai.composition.network.batch import part_of
from matxai.composition.network.crabnet import CrabNet
from matxai.composition.network.fitting import PropertyTask, network_shape, task_of, train_on
from matxai.composition.network.predict import predict
from matxai.composition.settings.data import CompositionFolder, CompositionPreparation
from matxai.composition.settings.network import CrabNetTraining
from matxai.config.loading import load
from matxai.statistics.regression import mae
from matxai.study import Study

STUDY = load(Study, Path(__file__).resolve().parents[1] / "config/paper.yaml")
assert STUDY.composition
PAPER = STUDY.composition


class Clocked(PropertyTask):
    """The training task, with CPU seconds of each epoch's parts and the matrix rate between."""

    def __init__(self, task: PropertyTask) -> None:
        self.__dict__.update(vars(task))
        self.epochs: list[float] = []
        self.validations: list[float] = []
        self.rates: list[float] = []

    def batches(self) -> Iterator[Any]:
        self.rates.append(matrix_rate(self.batch_size * 3))
        began = time.process_time()
        yield from super().batches()
        self.epochs.append(time.process_time() - began)

    def validate(self, network: nn.Module) -> float:
        began = time.process_time()
        error = super().validate(network)
        self.validations.append(time.process_time() - began)
        return error


def matrix_rate(tokens: int, seconds: float = 0.3) -> float:
    """Best floating-point operations a CPU second of products of the network's shapes."""
    best = 0.0
    for rows, inner, columns in ((tokens, 512, 2048), (tokens, 2048, 512), (2048, 2048, 2048)):
        a, b = torch.randn(rows, inner), torch.randn(inner, columns)
        end = time.process_time() + seconds / 3
        while time.process_time() < end:
            began = time.process_time()
            for _ in range(4):
                a @ b
            best = max(best, 4 * 2 * rows * inner * columns / (time.process_time() - began))
    return best


def run(
    table: pd.DataFrame, vectors: Tensor, settings: CrabNetTraining, seed: int
) -> dict[str, Any]:
    """CrabNetTraining once; test MAE, CPU seconds, and the cost of an epoch against its limit."""
    task = Clocked(task_of("regression", table, settings, "cpu"))
    shape = PAPER.network
    began = time.process_time()
    fitted = train_on(task, vectors, shape, settings, seed=seed, device="cpu")
    cpu = time.process_time() - began - 0.3 * len(task.rates)
    network = CrabNet(vectors, **network_shape(shape))
    network.load_state_dict(fitted.state)
    test = part_of(table[table["part"] == "test"])
    value, _ = predict(network, test.compounds, task.mean, task.std)
    tokens = len(task.train.compounds.elements)
    parameters = sum(p.numel() for p in network.parameters())
    limit = 6 * parameters * tokens / median(task.rates)
    epoch, validation = median(task.epochs), median(task.validations)
    return {
        "seed": seed,
        "test_mae": mae(test.target.double().numpy(), value.double().numpy()),
        "val_mae": fitted.history["val_error"].min(),
        "epochs": len(fitted.history),
        "cpu_s": cpu,
        "tokens": tokens,
        "parameters": parameters,
        "rate_gflops": median(task.rates) / 1e9,
        "limit_s": limit,
        "epoch_s": epoch,
        "epoch_over_limit": epoch / limit,
        "epoch_with_validation_over_limit": (epoch + validation) / limit,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    raw = read_parts({part: arguments.data / f"{part}.csv" for part in ("train", "val", "test")})
    dataset = CompositionFolder(source="folder", path=str(arguments.data))
    table = prepare(raw, dataset, CompositionPreparation(), NUMBER_OF).compounds
    vectors = torch.from_numpy(network_vectors(read_element_vectors("mat2vec")))
    settings = PAPER.train.model_copy(update={"epochs": arguments.epochs, "patience": 20})
    rows = []
    for seed in arguments.seeds:
        row = run(table, vectors, settings, seed)
        row = {"data": arguments.data.name, "threads": arguments.threads, **row}
        rows.append(row)
        print(pd.Series(row).to_string(), end="\n\n", flush=True)
        if arguments.out:
            pd.DataFrame(rows).round(4).to_csv(arguments.out, index=False)
    found = pd.DataFrame(rows)["test_mae"]
    print(f"test MAE {found.mean():.3f} (seeds {found.min():.3f} to {found.max():.3f})")


if __name__ == "__main__":
    main()
