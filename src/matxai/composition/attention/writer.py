"""Write an attention store while a training goes on."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray
from zarr.codecs import BloscCodec, TransposeCodec

from matxai.composition.attention.layout import (
    FORMAT,
    UNIT,
    UNWRITTEN,
    blocks,
    members,
    quantised,
    weights_of,
)
from matxai.run.digests import digest

# Steps that wait in memory, so that a reader sees the store grow; a quarter of a chunk if that is more.
FLUSH_EVERY = 8
_TOLERANCE = 1e-5  # of a row sum in float32
_AXES = ("compound", "step", "layer", "head", "query", "key")


@dataclass(frozen=True)
class Captured:
    """What is known of the compounds, in their order.

    ``elements`` and ``fractions``: one array a compound, in the order of queries and keys; ``rows`` in
    compounds.parquet, -1 for none; ``targets`` NaN where unknown.
    """

    formulas: list[str]
    reduced: list[str]
    elements: list[NDArray[np.int64]]
    fractions: list[NDArray[np.float32]]
    rows: NDArray[np.int64]
    targets: NDArray[np.float32]

    @property
    def counts(self) -> NDArray[np.int64]:
        """(compounds,) element counts."""
        return np.array([len(numbers) for numbers in self.elements])


class AttentionWriter:
    """An attention store in a folder: appended to, read meanwhile, cut back on a resume.

    Steps are buffered until a chunk is full, `FLUSH_EVERY` of them wait, or `flush` is called. Chunks
    appear whole, and the number of a step is written after all that belongs to it.
    """

    def __init__(
        self,
        folder: Path,
        captured: Captured,
        *,
        layers: int,
        heads: int,
        capacity: int,
        origin: dict[str, Any],
    ) -> None:
        """``capacity``: steps at most; ``origin``: JSON-plain attributes of the root."""
        self.folder, self.captured = folder, captured
        self.layers, self.heads, self.capacity = layers, heads, capacity
        self.members = members(captured.counts)
        sizes = {n: len(rows) for n, rows in self.members.items()}
        self.blocks = blocks(sizes, layers, heads, capacity)
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
        self.steps = np.full(capacity, -1, dtype=np.int64)
        self.row_sum_errors = np.full(capacity, np.nan, dtype=np.float32)
        self.taken = self.flushed = 0
        self.weights: dict[int, NDArray[np.uint16]] = {}
        self.predictions: dict[int, NDArray[np.float32]] = {}
        self._empty_buffer()

    def create(self) -> None:
        """Begin anew in an empty folder; nothing is kept of an earlier store."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.taken = self.flushed = 0
        self.steps[:], self.row_sum_errors[:] = -1, np.nan
        self._empty_buffer()
        root: Any = zarr.open_group(self.folder, mode="w", attributes=self.attributes)
        fixed: dict[str, Any] = {"compressors": None}
        for n, rows in self.members.items():
            group = root.create_group(f"n{n}")
            shape = (len(rows), self.capacity, self.layers, self.heads, n, max(n - 1, 1))
            block = (self.blocks.compounds[n], self.blocks.steps)
            group.create_array(
                "attention",
                shape=shape,
                chunks=block + shape[2:],
                dtype="uint16",
                fill_value=UNWRITTEN,
                # Inside a chunk, the steps of an entry side by side: a tenth smaller.
                filters=[TransposeCodec(order=(0, 2, 3, 4, 5, 1))],
                compressors=BloscCodec(cname="zstd", clevel=5, shuffle="shuffle", typesize=2),
                dimension_names=_AXES,
            )
            group.create_array(
                "prediction",
                shape=shape[:2],
                chunks=(len(rows), self.blocks.steps),
                dtype="float32",
                fill_value=np.nan,
                compressors=BloscCodec(cname="zstd", clevel=5, shuffle="shuffle", typesize=4),
                dimension_names=_AXES[:2],
            )
            group.create_array("target", data=self.captured.targets[rows], **fixed)
            group.create_array("row", data=self.captured.rows[rows], **fixed)
            numbers = np.array([self.captured.elements[row] for row in rows], dtype=np.uint8)
            group.create_array("elements", data=numbers, **fixed)
            fractions = np.array([self.captured.fractions[row] for row in rows], dtype=np.float32)
            group.create_array("fractions", data=fractions, **fixed)
        root.create_array("row_sum_error", data=self.row_sum_errors, chunks=(self.capacity,))
        # One chunk: all steps of a flush appear, or disappear, at once.
        root.create_array("step", data=self.steps, chunks=(self.capacity,), fill_value=-1)

    def append(
        self,
        step: int,
        weights: dict[int, NDArray[np.float32]],
        predictions: dict[int, NDArray[np.float32]],
    ) -> None:
        """Add the state after ``step`` batches.

        By element count n: ``weights`` (compounds, layers, heads, n, n), ``predictions`` (compounds,).

        Raises:
            FloatingPointError: a weight is not finite: the training diverged.
            ValueError: a row does not sum to 1, or ``step`` does not follow the last one.
        """
        if self.taken and step <= self.steps[self.taken - 1]:
            raise ValueError(f"step {step} does not follow step {self.steps[self.taken - 1]}")
        error = max(self._checked(n, values, step) for n, values in weights.items())
        place = self.taken % self.blocks.steps
        for n, values in weights.items():
            self.weights[n][:, place] = quantised(values)
            self.predictions[n][:, place] = predictions[n]
        self.steps[self.taken], self.row_sum_errors[self.taken] = step, error
        self.taken += 1
        full = self.taken % self.blocks.steps == 0
        if full or self.taken - self.flushed >= max(FLUSH_EVERY, self.blocks.steps // 4):
            self.flush()
        if full:
            self._empty_buffer()

    def flush(self) -> None:
        """Write what waits in memory; the block of steps that is not full yet is written again."""
        if self.taken == self.flushed:
            return
        root: Any = zarr.open_group(self.folder, mode="r+")
        start = self.flushed // self.blocks.steps * self.blocks.steps
        span = slice(start, min(start + self.blocks.steps, self.capacity))
        filled = span.stop - span.start
        for n in self.members:
            root[f"n{n}/attention"][:, span] = self.weights[n][:, :filled]
            root[f"n{n}/prediction"][:, span] = self.predictions[n][:, :filled]
        root["row_sum_error"][:] = self.row_sum_errors
        root["step"][:] = self.steps  # last: now a reader sees the new steps, all of each
        self.flushed = self.taken

    def restart(self, step: int, taken: int) -> bool:
        """Cut the folder's store back to its first ``taken`` steps, the last being ``step``.

        False if it is no store of the same compounds and origin, or lacks some of them.
        """
        try:
            root: Any = zarr.open_group(self.folder, mode="r+")
            same = digest(dict(root.attrs)) == digest(self.attributes)
            steps, errors = root["step"][:], root["row_sum_error"][:]
            if not same or steps.shape != self.steps.shape or steps[taken - 1] != step:
                return False
            for start in range(0, taken, self.blocks.steps):
                self._empty_buffer()
                self._read_back(root, start, min(start + self.blocks.steps, taken))
        except Exception as error:  # noqa: BLE001 - any damage ends here, whatever zarr calls it
            print(f"attention store {self.folder} cannot be read ({error})", flush=True)
            return False
        if taken % self.blocks.steps == 0:
            self._empty_buffer()
        steps[taken:], errors[taken:] = -1, np.nan
        self.steps, self.row_sum_errors = steps, errors
        root["step"][:] = steps
        self.taken = self.flushed = taken
        return True

    def _checked(self, n: int, weights: NDArray[np.float32], step: int) -> float:
        """Largest deviation of a row sum from 1."""
        if not np.isfinite(weights).all():
            raise FloatingPointError(
                f"training diverged: attention after {step} batches is not finite; lower the learning rate"
            )
        deviation = np.abs(weights.sum(axis=-1, dtype=np.float64) - 1)
        if weights.min() < 0 or deviation.max() > _TOLERANCE:
            worst = np.unravel_index(deviation.argmax(), deviation.shape)
            compound, layer, head, query = (int(place) for place in worst)
            formula = self.captured.formulas[self.members[n][compound]]
            raise ValueError(
                f"attention of {formula} after {step} batches is no distribution: layer {layer + 1}, head "
                f"{head + 1}, query {query + 1} sums to {1 + deviation.max():.6g} or so"
            )
        return float(deviation.max())

    def _read_back(self, root: Any, start: int, stop: int) -> None:
        """Take a block of steps into the buffer; ValueError if something in it was not written."""
        for n in self.members:
            place = slice(0, stop - start)
            self.weights[n][:, place] = root[f"n{n}/attention"][:, start:stop]
            self.predictions[n][:, place] = root[f"n{n}/prediction"][:, start:stop]
            weights_of(self.weights[n][:, place], n)
            if np.isnan(self.predictions[n][:, place]).any():
                raise ValueError(f"predictions of steps {start + 1} to {stop} are missing")

    def _empty_buffer(self) -> None:
        length, shape = self.blocks.steps, (self.layers, self.heads)
        for n, rows in self.members.items():
            size = (len(rows), length, *shape, n, max(n - 1, 1))
            self.weights[n] = np.full(size, UNWRITTEN, dtype=np.uint16)
            self.predictions[n] = np.full((len(rows), length), np.nan, dtype=np.float32)
