"""Files that appear whole or not at all, and Zarr groups as zip files with reproducible bytes."""

import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import zarr

from matxai.run.outputs import PREFIX

_DATE = (1980, 1, 1, 0, 0, 0)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a path to write to; that file takes the place of ``path`` if the block ends cleanly.

    It has the same name in a hidden folder beside ``path``, so a killed process leaves nothing that is
    read, and two processes that write the same file do not meet.
    """
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=path.parent) as folder:
        partial = Path(folder, path.name)
        yield partial
        partial.replace(path)


@contextmanager
def packed_group(path: Path, attributes: Mapping[str, Any]) -> Iterator[Any]:
    """Give an empty Zarr group to fill; it becomes the zip file ``path`` if the block ends cleanly.

    Equal contents give equal bytes: entries are sorted, and all have the same date. The chunks wait in a
    hidden folder beside ``path``, so memory holds no more than what is being written to the `zarr.Group`.
    Its attributes are JSON-plain.
    """
    with whole_file(path) as partial:
        folder = partial.with_name("group")
        yield zarr.open_group(folder, mode="w", zarr_format=3, attributes=dict(attributes))
        with zipfile.ZipFile(partial, "w") as file:  # not compressed: the chunks are already
            for source in sorted(entry for entry in folder.rglob("*") if entry.is_file()):
                name = source.relative_to(folder).as_posix()
                file.writestr(zipfile.ZipInfo(name, _DATE), source.read_bytes())
