"""Raw layouts of a case: the files that each consists of, below the folder of the case."""

from __future__ import annotations

from pathlib import Path

# A case needs at least one file of each pattern.
LAYOUTS = {
    "tfrecord": ("INPUTS/tfrecord/sample_*.tfrecord",),
    "dict": ("INPUTS/npy/sample_*.npy",),
    "arrays": ("INPUTS/npy/strain.npy", "RESULTS/stress.npy"),
}
OPTIONAL = {"arrays": ("INPUTS/npy/time.npy", "INPUTS/npy/control.npy")}


def files_of(layout: str, root: str | Path) -> list[Path]:
    """List the files of a layout that exist, sorted within each pattern."""
    patterns = (*LAYOUTS[layout], *OPTIONAL.get(layout, ()))
    return [path for pattern in patterns for path in sorted(Path(root).glob(pattern))]
