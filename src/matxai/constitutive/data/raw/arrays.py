"""Raw layout "arrays": INPUTS/npy/strain.npy, RESULTS/stress.npy, optionally time and control."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from matxai.constitutive.data.raw.files import LAYOUTS, OPTIONAL, lies_within, needed_files
from matxai.constitutive.data.raw.paths import NUMERIC, OUTSIDE, RawPath, Refused, checked
from matxai.constitutive.data.raw.safe_pickle import load_object
from matxai.run.errors import InputError

Array = npt.NDArray[np.float64]

_PLACES = {Path(pattern).stem: pattern for pattern in (*LAYOUTS["arrays"], *OPTIONAL["arrays"])}
STRAIN_FILE = _PLACES["strain"]


def write_arrays(root: Path, series: Mapping[str, Array]) -> None:
    """Write strain, stress, time and control, (paths, steps) each."""
    for name, values in series.items():
        path = root / _PLACES[name]
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, values, allow_pickle=False)


def read_arrays(root: str | Path) -> Iterator[RawPath | Refused]:
    """The paths below the folder of a case, named by the file of strains and the row in it.

    Arrays (paths, steps) or (paths, steps, 1) hold one path a row. Arrays (n,) or (n, 1) hold one
    path, or several where there is a time: each begins where the time does not increase.

    Raises:
        InputError: the folder is missing, or lacks strains or stresses.
    """
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    for path in needed_files("arrays", root):
        array = _load(path, Path(root))
        if isinstance(array, Refused):
            yield array
            return
        arrays[path.stem] = array
    for name, array in arrays.items():
        shape, first = array.shape, arrays["strain"].shape
        if shape != first or len(shape) not in {1, 2}:
            reason = f"{name} has the shape {shape}, strain {first}"
            yield Refused(_PLACES[name], None, reason, "equal shapes, (paths, steps) or (steps,)")
            return
    for record, values in enumerate(_paths(arrays)):
        yield checked(STRAIN_FILE, record, values)


def _load(path: Path, root: Path) -> npt.NDArray[np.generic] | Refused:
    file = path.relative_to(root).as_posix()
    if not lies_within(path, root):
        return Refused(file, None, *OUTSIDE)
    try:
        array = np.asarray(load_object(path))
    except InputError as error:
        return Refused(file, None, error.problem, str(error.details["expected"]))
    return array[..., 0] if array.ndim > 1 and array.shape[-1] == 1 else array


def _paths(
    arrays: Mapping[str, npt.NDArray[np.generic]],
) -> Iterator[dict[str, npt.NDArray[np.generic]]]:
    if arrays["strain"].ndim == 2:
        for row in range(len(arrays["strain"])):
            yield {name: array[row] for name, array in arrays.items()}
        return
    starts: list[int] = []
    if "time" in arrays and arrays["time"].dtype.kind in NUMERIC:
        starts = [int(place) + 1 for place in np.flatnonzero(np.diff(arrays["time"]) <= 0)]
    for start, end in itertools.pairwise([0, *starts, arrays["strain"].size]):
        yield {name: array[start:end] for name, array in arrays.items()}
