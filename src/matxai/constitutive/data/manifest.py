"""Manifest of the raw files of a case, which shows whether one has changed since."""

import csv
from pathlib import Path

from matxai.run.digests import file_digest
from matxai.run.errors import InputError


def write_manifest(root: str | Path, path: str | Path) -> None:
    """List every file below ``root`` in a CSV file with the columns file, bytes, sha256."""
    with Path(path).open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([("file", "bytes", "sha256"), *_entries(Path(root))])


def check_manifest(root: str | Path, path: str | Path) -> None:
    """Compare the files below ``root`` with a manifest.

    Raises:
        InputError: If a file is missing, changed or not listed.
    """
    with Path(path).open(encoding="utf-8", newline="") as handle:
        recorded = {file: entry for file, *entry in list(csv.reader(handle))[1:]}
    present = {file: entry for file, *entry in _entries(Path(root))}
    for file in sorted({*recorded, *present}):
        if recorded.get(file) != present.get(file):
            state = "changed since the manifest" if file in recorded else "not in the manifest"
            raise InputError(
                f"{state if file in present else 'listed, but missing'}: {file}",
                file=Path(root) / file,
                where=f"manifest {path}",
                expected="the files as they were when the manifest was written",
                fix="delete the manifest if the change is meant, or bring the files back",
            )


def _entries(root: Path) -> list[tuple[str, str, str]]:
    return [
        (path.relative_to(root).as_posix(), str(path.stat().st_size), file_digest(path))
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.startswith(".")  # Snakemake's own time stamp
    ]
