"""Raw layout "arrays": INPUTS/npy/strain.npy and RESULTS/stress.npy, optionally time and control."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from matxai.constitutive.data.raw.files import needed_files
from matxai.constitutive.data.raw.paths import NUMERIC, RawPath, Refusal, check_path
from matxai.constitutive.data.raw.safe_pickle import load_within
from matxai.constitutive.laws import Array
from matxai.constitutive.settings.layouts import LAYOUTS, OPTIONAL

_PLACES = {Path(pattern).stem: pattern for pattern in (*LAYOUTS["arrays"], *OPTIONAL["arrays"])}
STRAIN_FILE = _PLACES["strain"]


def write_arrays(root: Path, series: Mapping[str, Array]) -> None:
    """Write strain, stress, time and control, each (paths, steps)."""
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
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    for path in needed_files("arrays", root):
        content = load_within(path, root)
        if isinstance(content, Refusal):
            yield content
            return
        array = np.asarray(content)
        column = array.ndim > 1 and array.shape[-1] == 1
        arrays[path.stem] = array[..., 0] if column else array
    for name, array in arrays.items():
        shape, first = array.shape, arrays["strain"].shape
        if shape != first or len(shape) not in {1, 2}:
            reason = f"{name} has the shape {shape}, strain {first}"
            yield Refusal(_PLACES[name], None, reason, "equal shapes, (paths, steps) or (steps,)")
            return
    for record, values in enumerate(_paths(arrays)):
        yield check_path(STRAIN_FILE, record, values)


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
