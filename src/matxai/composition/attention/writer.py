"""Keep the attention of a training that goes on: one file per step, which is packed at its end."""

import io
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import zarr
from numpy.typing import NDArray
from zarr.codecs import BloscCodec, TransposeCodec
from zarr.storage import ZipStore

from matxai.composition.attention.layout import FORMAT, UNIT, UNWRITTEN, members, quantised
from matxai.run.digests import digest
from matxai.store import packed_group, whole_file

_COMPOUNDS = "compounds.zarr.zip"
_TYPES = {"target": "f4", "row": "i8", "elements": "u1", "fractions": "f4"}
_TOLERANCE = 1e-5  # of a row sum in float32
# Before compression. Opening the packed file goes through the names of all chunks, reading a compound
# through the bytes of one.
_CHUNK_BYTES = 3 * 2**17
_BUFFER_BYTES = 2**27
_AXES = ("compound", "step", "layer", "head", "query", "key")


class AttentionWriter:
    """An attention store in a folder: grows by a file per step, is read meanwhile, is cut back on a resume.

    The folder holds what is known of the compounds, laid out as in the packed store, and a file
    ``<step>.npy`` for each step. Each file appears whole, so a reader sees whole steps.
    """

    def __init__(
        self, folder: Path, table: pd.DataFrame, *, layers: int, heads: int, origin: dict[str, Any]
    ) -> None:
        """``origin``: JSON-plain attributes of the store.

        Columns of ``table``: formula, as the data set spells it; reduced; elements (atomic numbers) and
        fractions, arrays (n,) in the order of queries and keys; row in compounds.parquet, -1 for none;
        target in its unit, NaN where unknown.
        """
        self.folder, self.table = folder, table
        counts = table["elements"].map(len).to_numpy()
        self.members = members(counts)
        self.attributes = {
            "format": FORMAT,
            **origin,
            "unit": 1 / UNIT,
            "layers": layers,
            "heads": heads,
            "formula": table["formula"].tolist(),
            "reduced": table["reduced"].tolist(),
            "count": counts.tolist(),
        }
        self.last = 0  # step
        fields: list[Any] = [("row_sum_error", "<f4")]
        for n, rows in self.members.items():
            weights = ("attention", "<u2", (len(rows), layers, heads, n, max(n - 1, 1)))
            fields.append((f"n{n}", [weights, ("prediction", "<f4", (len(rows),))]))
        self.record = np.dtype(fields)

    def create(self) -> None:
        """Begin anew in an empty folder; nothing is kept of an earlier store."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.last = 0
        with packed_group(self.folder / _COMPOUNDS, self.attributes) as root:
            for n, rows in self.members.items():
                for name, kind in _TYPES.items():
                    values = np.array(self.table[name].iloc[rows].tolist(), dtype=kind)
                    root.create_array(f"n{n}/{name}", data=values)

    def append(
        self,
        step: int,
        weights: dict[int, NDArray[np.float32]],
        predictions: dict[int, NDArray[np.float32]],
    ) -> None:
        """Add the state after ``step`` batches of the training.

        By element count n: ``weights`` (compounds, layers, heads, n, n) and ``predictions`` (compounds,) in
        the unit of the target.

        Raises:
            FloatingPointError: A weight is not finite: the training diverged.
            ValueError: A row does not sum to 1, or ``step`` does not follow the last one.
        """
        if step <= self.last:
            raise ValueError(f"step {step} does not follow step {self.last}")
        record = np.zeros(1, dtype=self.record)
        record["row_sum_error"] = max(self._checked(n, w, step) for n, w in weights.items())
        for n, values in weights.items():
            record[f"n{n}"]["attention"] = quantised(values)
            record[f"n{n}"]["prediction"] = predictions[n]
        # In memory first: numpy, where it writes to a file itself, hides that the disk is full.
        content = io.BytesIO()
        np.save(content, record)
        with whole_file(self.folder / f"{step:012}.npy") as partial:
            partial.write_bytes(content.getbuffer())
        self.last = step

    def restart(self, step: int, taken: int) -> bool:
        """Cut the folder's store back to its first ``taken`` steps, the last being ``step``.

        False if it is no store of the same compounds and origin, or lacks some of these steps.
        """
        try:
            with ZipStore(self.folder / _COMPOUNDS) as store:
                attributes = dict(zarr.open_group(store, mode="r").attrs)
            files = sorted(self.folder.glob("*.npy"))
            whole = (
                digest(attributes) == digest(self.attributes)
                and int(files[taken - 1].stem) == step
                and all(_load_step(file).dtype == self.record for file in files[:taken])
            )
        except Exception as error:  # noqa: BLE001 - any damage ends here, whatever zarr calls it
            print(f"attention store {self.folder} cannot be read ({error})", flush=True)
            return False
        if whole:
            for file in reversed(files[taken:]):
                file.unlink()
            self.last = step
        return whole

    def _checked(self, n: int, weights: NDArray[np.float32], step: int) -> float:
        """Largest deviation of a row sum from 1."""
        if not np.isfinite(weights).all():
            raise FloatingPointError(
                f"training diverged: attention after {step} batches is not finite; lower the learning rate"
            )
        deviation = np.abs(weights.sum(axis=-1, dtype=np.float64) - 1)
        if weights.min() < 0 or deviation.max() > _TOLERANCE:
            worst = np.unravel_index(deviation.argmax(), deviation.shape)
            formula = self.attributes["formula"][self.members[n][worst[0]]]
            layer, head, query = (int(place) + 1 for place in worst[1:])
            raise ValueError(
                f"attention of {formula} after {step} batches is no distribution: layer {layer}, head "
                f"{head}, query {query} sums to {1 + deviation.max():.6g} or so"
            )
        return float(deviation.max())


def pack(folder: Path, path: Path) -> None:
    """Write the store in ``folder`` as a zip file; the same history gives the same bytes."""
    with packed_group(path, {}) as root:
        assemble(folder, root)


def assemble(folder: Path, root: Any) -> None:
    """Fill the Zarr group ``root`` with the steps of a training that are in ``folder``, one or more."""
    files = sorted(folder.glob("*.npy"))
    with ZipStore(folder / _COMPOUNDS) as store:
        known: Any = zarr.open_group(store, mode="r", zarr_format=3)
        root.attrs.update(known.attrs)
        for name, compounds in known.groups():
            for key, array in compounds.arrays():
                root.create_array(f"{name}/{key}", data=array[:], compressors=None)
            _add_history(root[name], files)
    errors = [_load_step(file)["row_sum_error"][0] for file in files]
    root.create_array("row_sum_error", data=np.array(errors))
    root.create_array("step", data=np.array([int(file.stem) for file in files]))


def _add_history(group: Any, files: list[Path]) -> None:
    """Add attention and predictions of the compounds of one element count."""

    def history(name: str, rows: slice) -> NDArray[Any]:
        """Array of some compounds through all steps: (compounds, steps, ...)."""
        steps = [np.array(_load_step(file)[group.basename][name][0, rows]) for file in files]
        return np.stack(steps, axis=1)

    first = _load_step(files[0])[group.basename]["attention"][0]
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


def _load_step(file: Path) -> NDArray[Any]:
    """(1,) record of a step (`AttentionWriter.record`), of which is read what is looked at."""
    return np.load(file, mmap_mode="r", allow_pickle=False)
