"""Read an attention store: a network's attention and predictions through its training.

    with AttentionStore("attention.zarr.zip") as store:
        store.attention("TiO2")  # (steps, layers, heads, query, key)

Works on the packed file and on the folder of a training that goes on (the steps that it has taken are
packed in memory). Any Zarr v3 reader opens the file as well; `matxai.composition.attention.layout` says
what lies where.
"""

import difflib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import zarr
from numpy.typing import NDArray
from zarr.storage import MemoryStore, ZipStore

from matxai.composition.attention.layout import FORMAT, members, weights_of
from matxai.composition.attention.writer import assemble
from matxai.composition.data.formulas import SYMBOL_OF, FormulaError, parse_formula, reduced_formula
from matxai.run.errors import InputError


@dataclass(frozen=True)
class History:
    """One compound through the training; ``formula`` as the data set spells it.

    ``symbols`` and ``fractions`` (n,) are in the order of queries and keys; ``target`` (NaN if it is not
    known) and ``prediction`` (steps,) in the unit of the target. Rows (queries) of ``attention`` (steps,
    layers, heads, n, n) sum to exactly 1. Entry i is of one forward pass, by the averaged weights after
    ``steps[i]`` batches, that is ``epochs[i]`` passes through the training part.
    """

    formula: str
    symbols: list[str]
    fractions: NDArray[np.float32]
    target: float
    prediction: NDArray[np.float32]
    attention: NDArray[np.float32]
    steps: NDArray[np.int64]
    epochs: NDArray[np.float64]


@dataclass(frozen=True)
class Group:
    """All compounds of one element count n; ``places`` (compounds,) are rows in `AttentionStore.compounds`.

    ``elements`` (compounds, n), atomic numbers, are in the order of queries and keys; ``stored`` is the
    array of the file that holds the attention.
    """

    count: int
    places: NDArray[np.int64]
    elements: NDArray[np.uint8]
    stored: Any

    def attention(self, step: int | slice, compounds: slice = slice(None)) -> NDArray[np.float32]:
        """(compounds, layers, heads, n, n) of entry ``step`` of `AttentionStore.steps`, from 0.

        For a slice of entries: (compounds, steps, layers, heads, n, n). A damaged file is a ValueError.
        """
        return weights_of(np.asarray(self.stored[compounds, step]), self.count)

    def blocks(self) -> Iterator[slice]:
        """The compounds as slices that read each chunk once."""
        length = 16 * self.stored.chunks[0]
        return (slice(start, start + length) for start in range(0, len(self.places), length))


class AttentionStore(AbstractContextManager["AttentionStore"]):
    """A store opened for reading; what a training adds later is seen by one that is opened later.

    ``formulas`` are as the data set spells them, and a composition may stand twice. `InputError` is raised
    where there is no store, a formula was not captured, or the file is damaged.
    """

    def __init__(self, path: str | Path) -> None:
        """Open the packed file, or the folder of a training that goes on."""
        self.path = Path(path)
        try:
            self._root: Any
            if self.path.is_file():
                self._root = zarr.open_group(ZipStore(self.path), mode="r", zarr_format=3)
            else:
                self._root = zarr.open_group(MemoryStore(), mode="w", zarr_format=3)
                assemble(self.path, self._root)
            self.attributes: dict[str, Any] = dict(self._root.attrs)
            if self.attributes["format"] != FORMAT:
                raise ValueError(f"its format is not {FORMAT}")
        except Exception as error:
            raise InputError(
                "There is no attention store",
                file=self.path,
                expected="attention.zarr.zip of a trained network, or attention.zarr while it is trained",
                fix="ask for composition_attention, with a block `attention` in the configuration",
            ) from error
        self.steps: NDArray[np.int64] = np.asarray(self._root["step"][:])
        self.epochs = self.steps / self.attributes["epoch_steps"]
        self.formulas: list[str] = self.attributes["formula"]
        self.counts = np.array(self.attributes["count"])
        self._members = members(self.counts)

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self.steps)

    def close(self) -> None:
        """Close the file."""
        self._root.store.close()

    @property
    def row_sum_error(self) -> NDArray[np.float32]:
        """(steps,) largest deviation of a row sum from 1, before the weights were rounded."""
        return np.asarray(self._root["row_sum_error"][:])

    @cached_property
    def compounds(self) -> pd.DataFrame:
        """One row per compound: formula, reduced, count, row (in compounds.parquet; -1: none), target."""
        table = pd.DataFrame({key: self.attributes[key] for key in ("formula", "reduced", "count")})
        for name in ("row", "target"):
            table[name] = self._spread(name)
        return table

    @cached_property
    def predictions(self) -> NDArray[np.float32]:
        """(compounds, steps) in the unit of the target."""
        return self._spread("prediction")

    def place(self, formula: str) -> int:
        """Where a formula stands in `compounds`: spelled so, else the first of its composition."""
        if formula in self.formulas:
            return self.formulas.index(formula)
        expected, cause = "a captured compound", None
        try:
            reduced = reduced_formula(parse_formula(formula))
            if reduced in self.attributes["reduced"]:
                return self.attributes["reduced"].index(reduced)
        except FormulaError as error:
            expected, cause = error.expected, error
        near = difflib.get_close_matches(formula, self.formulas, 3, cutoff=0)
        raise InputError(
            "The attention of this formula is not in the store",
            file=self.path,
            value=formula,
            expected=f"{expected}, such as {', '.join(near)}",
            fix="list the captured ones with AttentionStore.formulas, or add it to attention.formulas of "
            "the configuration and train again",
        ) from cause

    def attention(self, formula: str) -> NDArray[np.float32]:
        """`History.attention` of one compound; elements by decreasing fraction, ties by atomic number."""
        place = self.place(formula)
        group, member = self._member(place)
        try:
            return weights_of(np.asarray(group["attention"][member]), int(self.counts[place]))
        except ValueError as error:
            raise InputError(
                "The attention store holds numbers that are no weights",
                file=self.path,
                where=formula,
                expected="rows that sum to 1",
                fix="the file is damaged: delete it and run its rule (train_crabnet) again",
            ) from error

    def history(self, formula: str) -> History:
        """Everything that is stored of one compound."""
        place = self.place(formula)
        group, member = self._member(place)
        return History(
            formula=self.formulas[place],
            symbols=[SYMBOL_OF[int(number)] for number in group["elements"][member]],
            fractions=np.asarray(group["fractions"][member]),
            target=float(group["target"][member]),
            prediction=np.asarray(group["prediction"][member]),
            attention=self.attention(formula),
            steps=self.steps,
            epochs=self.epochs,
        )

    def groups(self) -> Iterator[Group]:
        """The compounds of each element count, for what goes over all of them."""
        for count, places in self._members.items():
            group: Any = self._root[f"n{count}"]
            yield Group(
                count=count,
                places=places,
                elements=np.asarray(group["elements"][:]),
                stored=group["attention"],
            )

    def _member(self, place: int) -> tuple[Any, int]:
        """The group of a compound, and its number in the group."""
        count = int(self.counts[place])
        return self._root[f"n{count}"], int(self._members[count].searchsorted(place))

    def _spread(self, name: str) -> NDArray[Any]:
        """An array of all groups in the order of the compounds."""
        parts = [np.asarray(self._root[f"n{n}/{name}"][:]) for n in self._members]
        places = np.concatenate([*self._members.values()])
        return np.concatenate(parts)[places.argsort()]


def attention(path: str | Path, formula: str) -> NDArray[np.float32]:
    """Attention of one compound through the training: (steps, layers, heads, n, n), float32.

    Row = query, column = key; elements by decreasing fraction, ties by atomic number; entry i is after
    ``AttentionStore.steps[i]`` batches. Weights are multiples of 2^-12 and rows sum to exactly 1.
    """
    with AttentionStore(path) as store:
        return store.attention(formula)
