"""The readers of all raw layouts by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from matxai.constitutive.data.raw.numpy_files import read_arrays, read_dicts
from matxai.constitutive.data.raw.paths import RawPath, Refusal
from matxai.constitutive.data.raw.tfrecords import read_tfrecords

READERS: dict[str, Callable[[str | Path], Iterator[RawPath | Refusal]]] = {
    "tfrecord": read_tfrecords,
    "dict": read_dicts,
    "arrays": read_arrays,
}
