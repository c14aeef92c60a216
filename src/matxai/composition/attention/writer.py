"""Keep the attention of a training that goes on: one file per step, which is packed at its end."""

import io
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray
from zarr.storage import ZipStore

from matxai.composition.attention.layout import FORMAT, UNIT, members, quantised
from matxai.run.digests import digest
from matxai.store import packed_group, whole_file

COMPOUNDS = "compounds.zarr.zip"
_TOLERANCE = 1e-5  # of a row sum in float32


@dataclass(frozen=True)
class Captured:
    """What is known of the compounds, in their order.

    ``formulas`` are as the data set spells them; ``elements`` (atomic numbers) and ``fractions`` have one
    array per compound, in the order of queries and keys; ``rows`` (compounds,) are those in
    compounds.parquet, -1 for none; ``targets`` (compounds,) in their unit, NaN where unknown.
    """

    formulas: list[str]
    reduced: list[str]
    elements: list[NDArray[np.int64]]
    fractions: list[NDArray[np.float32]]
    rows: NDArray[np.int64]
    targets: NDArray[np.float32]

    @property
    def counts(self) -> NDArray[np.int64]:
        """(compounds,) numbers of elements."""
        return np.array([len(numbers) for numbers in self.elements])


class AttentionWriter:
    """An attention store in a folder: grows by a file per step, is read meanwhile, is cut back on a resume.

    The folder holds what is known of the compounds, laid out as in the packed store, and a file
    ``<step>.npy`` for each step. Each file appears whole, so a reader sees whole steps.
    """

    def __init__(
        self, folder: Path, captured: Captured, *, layers: int, heads: int, origin: dict[str, Any]
    ) -> None:
        """``origin``: JSON-plain attributes of the store."""
        self.folder, self.captured = folder, captured
        self.layers, self.heads = layers, heads
        self.members = members(captured.counts)
        self.attributes = {
            "format": FORMAT,
            **origin,
            "unit": 1 / UNIT,
            "layers": layers,
            "heads": heads,
            "formula": captured.formulas,
            "reduced": captured.reduced,
            "count": captured.counts.tolist(),
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
        known = self.captured
        with packed_group(self.folder / COMPOUNDS, self.attributes) as root:
            for n, rows in self.members.items():
                elements = np.array([known.elements[row] for row in rows], dtype=np.uint8)
                fractions = np.array([known.fractions[row] for row in rows], dtype=np.float32)
                root.create_array(f"n{n}/target", data=known.targets[rows])
                root.create_array(f"n{n}/row", data=known.rows[rows])
                root.create_array(f"n{n}/elements", data=elements)
                root.create_array(f"n{n}/fractions", data=fractions)

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
            with ZipStore(self.folder / COMPOUNDS) as store:
                attributes = dict(zarr.open_group(store, mode="r").attrs)
            files = step_files(self.folder)
            whole = (
                digest(attributes) == digest(self.attributes)
                and int(files[taken - 1].stem) == step
                and all(load_step(file).dtype == self.record for file in files[:taken])
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
            formula = self.captured.formulas[self.members[n][worst[0]]]
            layer, head, query = (int(place) + 1 for place in worst[1:])
            raise ValueError(
                f"attention of {formula} after {step} batches is no distribution: layer {layer}, head "
                f"{head}, query {query} sums to {1 + deviation.max():.6g} or so"
            )
        return float(deviation.max())


def step_files(folder: Path) -> list[Path]:
    """The files of the steps, in their order."""
    return sorted(folder.glob("*.npy"))


def load_step(file: Path) -> NDArray[Any]:
    """(1,) record of a step (`AttentionWriter.record`), of which is read what is looked at."""
    return np.load(file, mmap_mode="r", allow_pickle=False)
