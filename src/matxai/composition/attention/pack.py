"""Make one file of an attention store that has stopped growing."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from matxai.composition.attention.layout import STEP_AXIS
from matxai.composition.attention.store import AttentionStore

_METADATA = "zarr.json"


def pack(folder: Path, path: Path) -> None:
    """Write the store in ``folder`` as a zip file; the same history gives the same bytes.

    Chunks are copied as they are; the room that was set aside for steps that never came is left out.
    """
    with AttentionStore(folder) as store:
        taken = len(store)
    with zipfile.ZipFile(path, "w") as file:
        for source in sorted(folder.rglob(_METADATA)):
            metadata, node = json.loads(source.read_bytes()), source.parent
            chunks = [p for p in sorted(node.glob("c/**/*")) if p.is_file()]
            if node.name in STEP_AXIS:
                axis = STEP_AXIS[node.name]
                metadata["shape"][axis] = taken
                chunks = [chunk for chunk in chunks if _holds(chunk, node, metadata, axis, taken)]
            _add(file, source.relative_to(folder), json.dumps(metadata).encode())
            for chunk in chunks:
                _add(file, chunk.relative_to(folder), chunk.read_bytes())


def _holds(chunk: Path, node: Path, metadata: dict[str, Any], axis: int, taken: int) -> bool:
    """Whether a chunk, such as c/0/3/0/0/0/0 of its array, holds a step that was taken."""
    index = chunk.relative_to(node / "c").parts
    if not all(part.isdigit() for part in index):
        return False  # what a killed process left of a chunk
    length: int = metadata["chunk_grid"]["configuration"]["chunk_shape"][axis]
    return int(index[axis]) * length < taken


def _add(file: zipfile.ZipFile, name: Path, content: bytes) -> None:
    # A fixed date, so that equal stores are equal files. Chunks are compressed already.
    file.writestr(zipfile.ZipInfo(name.as_posix(), (1980, 1, 1, 0, 0, 0)), content)
