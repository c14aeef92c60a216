"""Raw layout "dict": one pickled dict a path, in INPUTS/npy/sample_*.npy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from matxai.constitutive.data.raw.files import lies_within, needed_files
from matxai.constitutive.data.raw.paths import OUTSIDE, RawPath, Refused, checked
from matxai.constitutive.data.raw.safe_pickle import load_object
from matxai.run.errors import InputError

Array = npt.NDArray[np.float64]


def write_dict(path: Path, series: Mapping[str, Array], parameters: Mapping[str, float]) -> None:
    """Write one path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, np.array({**series, **parameters}, dtype=object), allow_pickle=True)


def read_dicts(root: str | Path) -> Iterator[RawPath | Refused]:
    """The paths below the folder of a case, files in order of their names.

    Raises:
        InputError: the folder is missing or holds no such file.
    """
    for path in needed_files("dict", root):
        file = path.relative_to(root).as_posix()
        if not lies_within(path, root):
            yield Refused(file, None, *OUTSIDE)
            continue
        try:
            content = load_object(path)
        except InputError as error:
            yield Refused(file, None, error.problem, str(error.details["expected"]))
            continue
        if isinstance(content, np.ndarray) and content.dtype.hasobject and content.size == 1:
            content = content.item()
        if isinstance(content, dict):
            yield checked(file, 0, content)
        else:
            yield Refused(file, 0, "the file holds no dict", "one dict a file")
