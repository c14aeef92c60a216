"""Raw layouts "dict" and "arrays", both in files of NumPy.

"dict" has one pickled dict per path, in INPUTS/npy/sample_*.npy. "arrays" has INPUTS/npy/strain.npy and
RESULTS/stress.npy, optionally time and control.
"""

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from matxai.constitutive.data.raw.paths import NUMERIC, RawPath, Refusal, check_path
from matxai.constitutive.data.raw.safe_pickle import load_within
from matxai.constitutive.laws import Array
from matxai.constitutive.settings.layouts import LAYOUTS, OPTIONAL, needed_files

_PLACES = {Path(pattern).stem: pattern for pattern in (*LAYOUTS["arrays"], *OPTIONAL["arrays"])}
STRAIN_FILE = _PLACES["strain"]


def write_dict(path: Path, series: Mapping[str, Array], parameters: Mapping[str, float]) -> None:
    """Write one path in the layout "dict"."""
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
        if isinstance(content, np.ndarray) and content.dtype.hasobject and content.size == 1:
            content = content.item()
        if isinstance(content, Refusal):
            yield content
        elif isinstance(content, dict):
            yield check_path(file, 0, content)
        else:
            yield Refusal(file, 0, "the file holds no dict", "one dict per file")


def write_arrays(root: Path, series: Mapping[str, Array]) -> None:
    """Write strain, stress, time and control, each (paths, steps), in the layout "arrays"."""
    for name, values in series.items():
        path = root / _PLACES[name]
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, values, allow_pickle=False)


def read_arrays(root: str | Path) -> Iterator[RawPath | Refusal]:
    """Yield the paths of a case, named by the file of strains and the row in it.

    Arrays (paths, steps) or (paths, steps, 1) hold one path per row. Arrays (n,) or (n, 1) hold one
    path, or several if there is a time: a path begins where the time does not increase.

    Raises:
        InputError: If the folder is missing, or lacks strains or stresses.
    """
    arrays: dict[str, npt.NDArray[Any]] = {}
    for path in needed_files("arrays", root):
        content = load_within(path, root)
        if isinstance(content, Refusal):
            yield content
            return
        array = np.asarray(content)
        column = array.ndim > 1 and array.shape[-1] == 1
        arrays[path.stem] = array[..., 0] if column else array
    strain = arrays["strain"]
    for name, array in arrays.items():
        if array.shape != strain.shape or array.ndim not in {1, 2}:
            reason = f"{name} has the shape {array.shape}, strain {strain.shape}"
            yield Refusal(_PLACES[name], None, reason, "equal shapes, (paths, steps) or (steps,)")
            return
    places: list[int | slice] = list(range(len(strain)))
    if strain.ndim == 1:
        timed = "time" in arrays and arrays["time"].dtype.kind in NUMERIC
        starts = np.flatnonzero(np.diff(arrays["time"]) <= 0) + 1 if timed else ()
        places = [slice(*ends) for ends in itertools.pairwise([0, *starts, strain.size])]
    for record, place in enumerate(places):
        yield check_path(STRAIN_FILE, record, {name: a[place] for name, a in arrays.items()})
