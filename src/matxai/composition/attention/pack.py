"""Bring the steps of a training into the layout in which an attention store is read."""

from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray
from zarr.codecs import BloscCodec, TransposeCodec
from zarr.storage import ZipStore

from matxai.composition.attention.layout import UNWRITTEN
from matxai.composition.attention.writer import COMPOUNDS, load_step, step_files
from matxai.store import packed_group

# Before compression. Opening the packed file goes through the names of all chunks, reading a compound
# through the bytes of one.
_CHUNK_BYTES = 3 * 2**17
_BUFFER_BYTES = 2**27
_AXES = ("compound", "step", "layer", "head", "query", "key")


def pack(folder: Path, path: Path) -> None:
    """Write the store in ``folder`` as a zip file; the same history gives the same bytes."""
    with packed_group(path, {}) as root:
        assemble(folder, root)


def assemble(folder: Path, root: Any) -> None:
    """Fill the Zarr group ``root`` with the steps of a training that are in ``folder``, one or more."""
    files = step_files(folder)
    with ZipStore(folder / COMPOUNDS) as store:
        known: Any = zarr.open_group(store, mode="r", zarr_format=3)
        root.attrs.update(known.attrs)
        for name, compounds in known.groups():
            for key, array in compounds.arrays():
                root.create_array(f"{name}/{key}", data=array[:], compressors=None)
            _add_history(root[name], files)
    errors = [load_step(file)["row_sum_error"][0] for file in files]
    root.create_array("row_sum_error", data=np.array(errors))
    root.create_array("step", data=np.array([int(file.stem) for file in files]))


def _add_history(group: Any, files: list[Path]) -> None:
    """Add attention and predictions of the compounds of one element count."""

    def history(name: str, rows: slice) -> NDArray[Any]:
        """Array of some compounds through all steps: (compounds, steps, ...)."""
        steps = [np.array(load_step(file)[group.basename][name][0, rows]) for file in files]
        return np.stack(steps, axis=1)

    first = load_step(files[0])[group.basename]["attention"][0]
    count, *shape = first.shape
    size = len(files) * first[0].nbytes  # of a compound
    length = min(count, max(1, _CHUNK_BYTES // size))
    attention = group.create_array(
        "attention",
        shape=(count, len(files), *shape),
        chunks=(length, len(files), *shape),
        dtype="uint16",
        fill_value=UNWRITTEN,
        # Inside a chunk, the steps of an entry side by side: a tenth smaller.
        filters=[TransposeCodec(order=(0, 2, 3, 4, 5, 1))],
        compressors=BloscCodec(cname="zstd", clevel=5, shuffle="shuffle", typesize=2),
        dimension_names=_AXES,
    )
    buffered = length * max(1, _BUFFER_BYTES // (length * size))
    for start in range(0, count, buffered):
        rows = slice(start, start + buffered)
        attention[rows] = history("attention", rows)
    group.create_array(
        "prediction",
        data=history("prediction", slice(None)),
        chunks=(count, len(files)),
        compressors=BloscCodec(cname="zstd", clevel=5, shuffle="shuffle", typesize=4),
        dimension_names=_AXES[:2],
    )
