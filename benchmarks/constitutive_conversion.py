"""Steps per second of conversion of raw files, against a loop that reads them as examples show.

    .venv-tensorflow/bin/python benchmarks/constitutive_conversion.py

600 paths of 100 steps in the layouts dict and tfrecord, written by the generator, converted in turn:
- ours: every file checked, decoded exactly, previous values and tangent derived, one table;
- plain loop: dict files by numpy.load with pickles allowed, TFRecord files by a TFRecordDataset each
  and the first decoding that does not fail; concatenated, nothing checked or derived.
A rate is the best of the rounds, in wall seconds, since TensorFlow reads in threads of its own.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import numpy as np
import pandas as pd

from matxai.constitutive.data.generator import generate
from matxai.constitutive.data.preparation import READERS, prepare
from matxai.constitutive.laws import LAWS
from matxai.constitutive.settings.data import CASES, Generated

KEYS = {"strain": ("strain", "epsilon", "eps"), "stress": ("stress", "sigma", "sig")}


def ours(layout: str, law: str) -> Callable[[Path], int]:
    """Conversion as the workflow does it; gives the number of steps."""

    def convert(root: Path) -> int:
        return len(prepare(READERS[layout](root), LAWS[law], (0.7, 0.15), 0, False).series)

    return convert


def plain_dicts(root: Path) -> int:
    """Unpickle every file and join two columns."""
    loaded = [np.load(path, allow_pickle=True).item() for path in sorted(root.rglob("*.npy"))]
    return len(np.concatenate([np.c_[d["strain"], d["stress"]] for d in loaded]))


def plain_tfrecords(root: Path) -> int:
    """One data set a file, bytes as a buffer of float64 if that is possible."""
    import tensorflow as tf

    tables = []
    for path in sorted(root.rglob("*.tfrecord")):
        for record in tf.data.TFRecordDataset(str(path)):
            features = tf.train.Example.FromString(record.numpy()).features.feature
            columns = [
                _values(next(features[name] for name in names if name in features))
                for names in KEYS.values()
            ]
            tables.append(np.stack([column[:100] for column in columns], axis=1))
    return len(np.concatenate(tables))


def _values(feature: Any) -> np.ndarray:
    if feature.float_list.value:
        return np.array(feature.float_list.value)
    value = feature.bytes_list.value[0]
    try:
        return np.frombuffer(value, dtype=np.float64)
    except ValueError:
        return np.array(value.decode().replace(",", " ").split(), dtype=np.float64)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    plain = {"dict": plain_dicts, "tfrecord": plain_tfrecords}
    rows = []
    for name in ("elastoplastic", "hyperelastic"):
        case = CASES[name]
        assert isinstance(case, Generated)
        with tempfile.TemporaryDirectory() as folder:
            generate(case, folder)
            rates = {"ours": 0.0, "plain loop": 0.0}
            for _ in range(arguments.rounds):
                for loop, convert in {
                    "ours": ours(case.layout, case.law),
                    "plain loop": plain[case.layout],
                }.items():
                    began = time.perf_counter()
                    steps = convert(Path(folder))
                    rates[loop] = max(rates[loop], steps / (time.perf_counter() - began))
            rows += [
                (case.layout, loop, rate, rates["ours"] / rate) for loop, rate in rates.items()
            ]
    table = pd.DataFrame(rows, columns=["layout", "loop", "steps_per_s", "ours_over_this"])
    print(table.round(2).to_string(index=False))
    if arguments.out:
        table.round(3).to_csv(arguments.out, index=False)


if __name__ == "__main__":
    main()
