"""Raw data of a case: three layouts, each read into paths or refusals with a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from matxai.constitutive.data.raw.arrays import read_arrays
from matxai.constitutive.data.raw.dicts import read_dicts
from matxai.constitutive.data.raw.files import files_of
from matxai.constitutive.data.raw.paths import RawPath, Refused
from matxai.constitutive.data.raw.tfrecords import read_tfrecords

__all__ = ["READERS", "files_of"]

READERS: dict[str, Callable[[str | Path], Iterator[RawPath | Refused]]] = {
    "tfrecord": read_tfrecords,
    "dict": read_dicts,
    "arrays": read_arrays,
}
