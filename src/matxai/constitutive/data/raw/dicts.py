"""Raw layout "dict": one pickled dict per path, in INPUTS/npy/sample_*.npy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from matxai.constitutive.data.raw.files import needed_files
from matxai.constitutive.data.raw.paths import RawPath, Refusal, check_path
from matxai.constitutive.data.raw.safe_pickle import load_within
from matxai.constitutive.laws import Array


def write_dict(path: Path, series: Mapping[str, Array], parameters: Mapping[str, float]) -> None:
    """Write one path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, np.array({**series, **parameters}, dtype=object), allow_pickle=True)


def read_dicts(root: str | Path) -> Iterator[RawPath | Refusal]:
    """Yield the paths of a case in order of their files' names.

    Raises:
        InputError: If the folder is missing or holds no such file.
    """
    for path in needed_files("dict", root):
        file = path.relative_to(root).as_posix()
        content = load_within(path, root)
        if isinstance(content, Refusal):
            yield content
            continue
        if isinstance(content, np.ndarray) and content.dtype.hasobject and content.size == 1:
            content = content.item()
        if isinstance(content, dict):
            yield check_path(file, 0, content)
        else:
            yield Refusal(file, 0, "the file holds no dict", "one dict a file")
