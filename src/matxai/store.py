"""Arrays in Zarr, whole or not at all: `FeatureStore` keeps those of many items between jobs.

    store = FeatureStore(folder)
    keys = [digest(file_digest(image), file_digest(model), settings) for image in images]
    store.compute(dict(zip(keys, images)), features)  # only of the images that are new
    store.read("z5", keys)  # (images, 320)

The key of an item is a digest (`matxai.run.digests`) of its content (bytes of an image, row of a table)
and of everything else that its arrays depend on (network, settings). An image that is added, or moved to
another place, therefore costs one computation or none.

The items that are computed together lie in one zip file: a Zarr v3 group with the attribute ``keys`` and
one array (items, ...) for each name. A file appears whole and is never changed. A killed process leaves
nothing that is read, and it does no harm if two processes compute the same items.
"""

import json
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import zarr
from numpy.typing import NDArray
from zarr.storage import ZipStore

from matxai.run.digests import digest
from matxai.run.errors import InputError
from matxai.run.outputs import PREFIX

Item = TypeVar("Item")
_SUFFIX = ".zarr.zip"
_CHUNK_BYTES = 2**22
_ABANDONED_SECONDS = 24 * 3600
_DATE = (1980, 1, 1, 0, 0, 0)


class FeatureStore:
    """Arrays of items in a folder, which several processes may use at the same time."""

    def __init__(self, folder: str | Path) -> None:
        """Open the store in ``folder``, which is made if there is none."""
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        for left in self.folder.glob(f"{PREFIX}*"):  # by processes that were killed
            with suppress(FileNotFoundError):  # of one that was not
                if time.time() - left.stat().st_mtime > _ABANDONED_SECONDS:
                    shutil.rmtree(left, ignore_errors=True)
        self._files: set[Path] = set()
        self._places: dict[str, tuple[Path, int]] = {}  # file and row of each item

    def missing(self, keys: Iterable[str]) -> list[str]:
        """The keys of which nothing is stored, each once, in their order."""
        self._look()
        return [key for key in dict.fromkeys(keys) if key not in self._places]

    def compute(
        self,
        items: Mapping[str, Item],
        function: Callable[[list[Item]], Mapping[str, NDArray[Any]]],
        batch: int = 32,
    ) -> list[str]:
        """Compute and store the arrays of the items (by key) that are missing; return their keys.

        The function gives, for a list of items, arrays (items, ...) by name. A batch is computed at once
        and stored in one file.

        Raises:
            ValueError: An array does not have one entry per item.
        """
        new = self.missing(items)
        for start in range(0, len(new), batch):
            keys = new[start : start + batch]
            self._write(keys, function([items[key] for key in keys]))
        return new

    def read(self, name: str, keys: Sequence[str]) -> NDArray[Any]:
        """One array of the items, stacked in the order of ``keys``: (items, ...).

        Besides the result, memory holds the array of one file at a time.

        Raises:
            InputError: An item or its array is not stored, or a file is damaged.
            ValueError: There are no keys, or the items' arrays differ in shape or type.
        """
        if absent := self.missing(keys):
            raise InputError(
                "Items are not in the feature store",
                file=self.folder,
                value=absent[0],
                expected=f"all of {len(keys)} items, of which {len(absent)} are missing",
                fix="run the rule that computes them again",
            )
        if not keys:
            raise ValueError("no keys: the shape of the array is unknown")
        places: Any = pd.DataFrame([self._places[key] for key in keys], columns=["file", "row"])
        stacked: Any = None
        for path, rows in places.groupby("file", sort=False)["row"]:
            values = _rows(path, name, rows.tolist())
            if stacked is None:
                stacked = np.empty((len(keys), *values.shape[1:]), dtype=values.dtype)
            if (values.shape[1:], values.dtype) != (stacked.shape[1:], stacked.dtype):
                problem = "differs in shape or type between the items"
                raise ValueError(f"{name} {problem} of {self.folder}")
            stacked[rows.index] = values
        return stacked

    def blocks(self, name: str, keys: Sequence[str], size: int) -> Iterator[NDArray[Any]]:
        """The array that `read` would give, in blocks of at most ``size`` items."""
        return (self.read(name, keys[at : at + size]) for at in range(0, len(keys), size))

    def _look(self) -> None:
        """Take note of the files that were added since the last look, also by other processes."""
        for path in sorted(set(self.folder.glob(f"*{_SUFFIX}")) - self._files):
            try:
                with zipfile.ZipFile(path) as file:
                    keys = json.loads(file.read("zarr.json"))["attributes"]["keys"]
            except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
                print(f"{path} cannot be read ({error}): its items are computed again", flush=True)
                continue
            self._files.add(path)
            for row, key in enumerate(keys):
                self._places.setdefault(key, (path, row))

    def _write(self, keys: list[str], arrays: Mapping[str, NDArray[Any]]) -> None:
        path = self.folder / f"{digest(keys)}{_SUFFIX}"
        with packed_group(path, {"keys": keys}) as group:
            for name, array in arrays.items():
                if len(array) != len(keys):
                    raise ValueError(f"{name} has {len(array)} entries for {len(keys)} items")
                length = max(1, _CHUNK_BYTES // max(1, array.nbytes // len(keys)))
                chunks = (min(length, len(keys)), *(max(1, extent) for extent in array.shape[1:]))
                group.create_array(name, data=array, chunks=chunks)


def _rows(path: Path, name: str, rows: list[int]) -> NDArray[Any]:
    try:
        with ZipStore(path) as store:
            group: Any = zarr.open_group(store, mode="r", zarr_format=3)
            if name in group:
                return np.asarray(group[name].oindex[rows])
            names = ", ".join(sorted(group.array_keys()))
    except Exception as error:
        raise InputError(
            f"The array {name} cannot be read ({error})",
            file=path,
            fix="the file is damaged: delete it, and run the rule that computes its items again",
        ) from error
    raise InputError("The feature store has no such array", file=path, value=name, expected=names)


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

    Its attributes are JSON-plain. Equal contents give equal bytes: entries are sorted, and all have the
    same date. The chunks wait in a hidden folder beside ``path``, and not in memory.
    """
    with whole_file(path) as partial:
        folder = partial.with_name("group")
        yield zarr.open_group(folder, mode="w", zarr_format=3, attributes=dict(attributes))
        with zipfile.ZipFile(partial, "w") as file:  # not compressed: the chunks are already
            for source in sorted(entry for entry in folder.rglob("*") if entry.is_file()):
                name = source.relative_to(folder).as_posix()
                file.writestr(zipfile.ZipInfo(name, _DATE), source.read_bytes())
