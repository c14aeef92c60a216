"""What capturing attention costs a training, its bytes and reading time, against the published layout.

    python benchmarks/attention_capture.py --data FOLDER --epochs 10 --rounds 2

FOLDER holds train.csv, val.csv and test.csv (columns formula,target), e.g. the AFLOW bulk modulus of
the CrabNet paper. Trainings of the published network without and with capture of the whole validation part
take turns, on one thread, in CPU seconds of the whole process.

Published layout: every compound padded to the largest element count, float32, (step, compound, layer,
head, query, key), one chunk per step; its bytes are those of the bare numbers. The same array is also
written with Zarr's default compression, and one compound's history read from it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import numpy as np
import pandas as pd
import torch
import zarr
from torch import Tensor, nn

from matxai.composition.attention.capture import AttentionCapture
from matxai.composition.attention.layout import UNIT
from matxai.composition.attention.store import AttentionStore
from matxai.composition.attention.tables import summarise
from matxai.composition.attention.writer import pack
from matxai.composition.data.formulas import NUMBER_OF
from matxai.composition.data.preparation import prepare
from matxai.composition.data.sources import read_parts
from matxai.composition.elements.vectors import network_vectors, read_element_vectors
from matxai.composition.network.batch import Batch
from matxai.composition.network.crabnet import Prediction
from matxai.composition.network.fitting import PropertyTask, task_of, train_on
from matxai.composition.settings.attention import Attention
from matxai.composition.settings.data import CompositionFolder, CompositionPreparation
from matxai.composition.settings.network import CrabNetTraining
from matxai.config.loading import load
from matxai.study import Study

STUDY = load(Study, Path(__file__).resolve().parents[1] / "config/paper.yaml")
assert STUDY.composition
PAPER = STUDY.composition


class Clock:
    """CPU seconds spent in the capture's own code."""

    def __init__(self, capture: AttentionCapture, task: PropertyTask) -> None:
        self.spent, self.capture = 0.0, capture
        see = capture.see

        def watch(batch: Batch, prediction: Prediction) -> None:
            self.timed(lambda: see(batch, prediction))

        task.watch = watch

    def timed(self, work: Callable[[], Any]) -> Any:
        began = time.process_time()
        result = work()
        self.spent += time.process_time() - began
        return result

    @property
    def every(self) -> int | None:
        return self.capture.every

    def observe(self, network: nn.Module, step: int) -> None:
        self.timed(lambda: self.capture.observe(network, step))

    def restart(self, step: int) -> bool:
        return bool(self.timed(lambda: self.capture.restart(step)))


def train(
    table: pd.DataFrame, vectors: Tensor, settings: CrabNetTraining, packed: Path | None
) -> dict[str, Any]:
    """CPU seconds of a training, and of its capture where ``packed`` says where its file goes."""
    task, clock, shape = task_of("regression", table, settings, "cpu"), None, PAPER.network
    began = time.process_time()
    if packed is not None:
        capture = AttentionCapture(
            table, task, Attention(), settings, shape, packed.with_suffix(""),
            known=vectors.any(1).numpy(), origin={},
        )  # fmt: skip
        clock = Clock(capture, task)
    train_on(task, vectors, shape, settings, seed=0, device="cpu", observer=clock)
    if clock and packed is not None:
        clock.timed(lambda: pack(packed.with_suffix(""), packed))
    cpu = time.process_time() - began
    return {"capture": bool(clock), "cpu_s": cpu, "capture_s": clock.spent if clock else 0.0}


def published(store: AttentionStore, folder: Path) -> tuple[int, float]:
    """Bytes on disk of the published layout in Zarr, and milliseconds to read a compound from it.

    That layout keeps all 32 bits of a weight: those that the store rounds off are made up again, or
    zeros in their place would compress as no trained network's weights do.
    """
    rng = np.random.default_rng(0)
    largest, heads = (
        int(store.counts.max()),
        (store.attributes["layers"], store.attributes["heads"]),
    )
    whole = np.zeros((len(store), len(store.counts), *heads, largest, largest), dtype=np.float32)
    for group in store.groups():
        weights = group.attention(slice(len(store))).swapaxes(0, 1)
        if group.count > 1:
            weights = weights + (rng.random(weights.shape, np.float32) - np.float32(0.5)) / UNIT
        whole[:, group.places, :, :, : group.count, : group.count] = weights
    array = zarr.create_array(folder, data=whole, chunks=(1, *whole.shape[1:]))
    times = []
    for place in range(0, len(store.counts), len(store.counts) // 20):
        began = time.perf_counter()
        array[:, place]
        times.append(time.perf_counter() - began)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return size, 1000 * median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    raw = read_parts({part: arguments.data / f"{part}.csv" for part in ("train", "val", "test")})
    dataset = CompositionFolder(source="folder", path=str(arguments.data))
    table = prepare(raw, dataset, CompositionPreparation(), NUMBER_OF).compounds
    vectors = torch.from_numpy(network_vectors(read_element_vectors("mat2vec")))
    settings = PAPER.train.model_copy(update={"epochs": arguments.epochs})
    with tempfile.TemporaryDirectory() as folder:
        packed, rows = Path(folder, "attention.zarr.zip"), []
        for _ in range(arguments.rounds):
            rows += [train(table, vectors, settings, place) for place in (None, packed)]
            print(pd.DataFrame(rows).round(2).to_string(), flush=True)
        means = pd.DataFrame(rows).groupby("capture").mean()
        summary = summarise(packed).iloc[0].to_dict()
        with AttentionStore(packed) as store:
            zarr_bytes, zarr_ms = published(store, Path(folder, "published"))
    result = {
        "data": arguments.data.name,
        "epochs": arguments.epochs,
        "rounds": arguments.rounds,
        "cpu_s_without": means.loc[False, "cpu_s"],
        "cpu_s_with": means.loc[True, "cpu_s"],
        "with_over_without": means.loc[True, "cpu_s"] / means.loc[False, "cpu_s"],
        "capture_share": means.loc[True, "capture_s"] / means.loc[False, "cpu_s"],
        **summary,
        "published_zarr_bytes": zarr_bytes,
        "share_of_published_zarr": summary["store_bytes"] / zarr_bytes,
        "published_zarr_read_ms": zarr_ms,
    }
    for name, value in result.items():
        print(f"{name:<25} {value:.5g}" if isinstance(value, float) else f"{name:<25} {value}")
    if arguments.out:
        pd.DataFrame([result]).to_csv(arguments.out, index=False, float_format="%.6g")


if __name__ == "__main__":
    main()
