"""Raw layouts of a case: the files that each consists of, below the folder of the case."""

from pathlib import Path

from matxai.run.errors import InputError

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


def needed_files(layout: str, root: str | Path) -> list[Path]:
    """List the files of a layout.

    Raises:
        InputError: If the folder is missing, or lacks a file that the layout needs.
    """
    root = Path(root)
    problem = "" if root.is_dir() else "the folder is missing"
    for pattern in LAYOUTS[layout]:
        if not problem and not any(root.glob(pattern)):
            problem = f"the folder holds no {pattern}"
    if problem:
        expected = f"{' and '.join(LAYOUTS[layout])} below it (layout: {layout})"
        fix = "correct `path` or `layout` of the case, or put the files there"
        raise InputError(problem, file=root, expected=expected, fix=fix)
    return files_of(layout, root)
