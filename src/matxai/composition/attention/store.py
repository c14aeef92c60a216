"""Read an attention store: a network's attention and predictions through its training.

    with AttentionStore("attention.zarr.zip") as store:
        store.attention("TiO2")  # (steps, layers, heads, query, key)

Works on the packed file and on the folder of a training that goes on (the steps that it has taken are
packed in memory). Any Zarr v3 reader opens the file as well; `matxai.composition.attention.layout` says
what lies where.
"""

from __future__ import annotations

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
from matxai.composition.attention.pack import assemble
from matxai.composition.data.formulas import SYMBOL_OF, FormulaError, parse_formula, reduced_formula
from matxai.run.errors import InputError


@dataclass(frozen=True)
class History:
    """One compound through the training.

    Entry i of prediction and attention is of one forward pass, by the averaged weights after ``steps[i]``
    batches, that is ``epochs[i]`` passes through the training part.

    Attributes:
        formula: As the data set spells it.
        symbols: (n,) elements in the order of queries and keys.
        fractions: (n,) their fractions.
        target: In its unit, NaN if it is not known.
        prediction: (steps,) in the unit of the target.
        attention: (steps, layers, heads, n, n), row = query, column = key; rows sum to exactly 1.
        steps: (steps,) batches since the start of the training.
        epochs: (steps,) the same in passes through the training part.
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
    """All compounds of one element count.

    Attributes:
        count: Elements n of each compound.
        places: (compounds,) rows in `AttentionStore.compounds`.
        elements: (compounds, n) atomic numbers in the order of queries and keys.
        fractions: (compounds, n) their fractions.
        stored: The array of the file that holds the attention.
    """

    count: int
    places: NDArray[np.int64]
    elements: NDArray[np.uint8]
    fractions: NDArray[np.float32]
    stored: Any

    def attention(self, step: int | slice, compounds: slice = slice(None)) -> NDArray[np.float32]:
        """(compounds, layers, heads, n, n) of entry ``step`` of `AttentionStore.steps`, from 0.

        For a slice of entries: (compounds, steps, layers, heads, n, n).

        Raises:
            ValueError: The file is damaged.
        """
        return weights_of(np.asarray(self.stored[compounds, step]), self.count)

    def blocks(self) -> Iterator[slice]:
        """The compounds as slices that read each chunk once."""
        length = 16 * self.stored.chunks[0]
        return (slice(start, start + length) for start in range(0, len(self.places), length))


class AttentionStore(AbstractContextManager["AttentionStore"]):
    """A store opened for reading; what a training adds later is seen by one that is opened later."""

    def __init__(self, path: str | Path) -> None:
        """Open the packed file, or the folder of a training that goes on.

        Raises:
            InputError: there is no attention store at ``path``.
        """
        path = Path(path)
        self.path = path
        try:
            self._root: Any
            if path.is_file():
                self._root = zarr.open_group(ZipStore(path), mode="r", zarr_format=3)
            else:
                self._root = zarr.open_group(MemoryStore(), mode="w", zarr_format=3)
                assemble(path, self._root)
            self.attributes: dict[str, Any] = dict(self._root.attrs)
        except Exception as error:
            raise _no_store(path) from error
        if self.attributes.get("format") != FORMAT:
            raise _no_store(path)
        self.steps: NDArray[np.int64] = np.asarray(self._root["step"][:])
        self.epochs = self.steps / self.attributes["epoch_steps"]
        self.counts = np.array(self.attributes["count"])

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    def __len__(self) -> int:
        """Count the steps."""
        return len(self.steps)

    def close(self) -> None:
        """Close the file."""
        self._root.store.close()

    @property
    def formulas(self) -> list[str]:
        """Formulas of the compounds as the data set spells them; a composition may stand twice."""
        return list(self.attributes["formula"])

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
        """Where a formula stands in `compounds`: spelled so, else the first of its composition.

        Raises:
            InputError: it was not captured.
        """
        if formula in self.attributes["formula"]:
            return self.attributes["formula"].index(formula)
        try:
            reduced = reduced_formula(parse_formula(formula))
        except FormulaError as error:
            raise self._not_captured(formula, error.expected) from error
        if reduced not in self.attributes["reduced"]:
            raise self._not_captured(formula, "a captured compound")
        return self.attributes["reduced"].index(reduced)

    def attention(self, formula: str) -> NDArray[np.float32]:
        """(steps, layers, heads, n, n) of one compound: row = query, column = key, rows sum to 1.

        Elements are in the order of `history`: by decreasing fraction, ties by atomic number.

        Raises:
            InputError: it was not captured, or the file is damaged.
        """
        group, count, member = self._member(self.place(formula))
        stored = np.asarray(group["attention"][member])
        try:
            return weights_of(stored, count)
        except ValueError as error:
            raise self._damaged(formula) from error

    def history(self, formula: str) -> History:
        """Everything that is stored of one compound.

        Raises:
            InputError: it was not captured, or the file is damaged.
        """
        place = self.place(formula)
        group, _, member = self._member(place)
        return History(
            formula=self.attributes["formula"][place],
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
                fractions=np.asarray(group["fractions"][:]),
                stored=group["attention"],
            )

    @cached_property
    def _members(self) -> dict[int, NDArray[np.int64]]:
        return members(self.counts)

    def _member(self, place: int) -> tuple[Any, int, int]:
        """The group of a compound, its element count and its number in the group."""
        count = int(self.counts[place])
        return self._root[f"n{count}"], count, int(self._members[count].searchsorted(place))

    def _spread(self, name: str) -> NDArray[Any]:
        """An array of all groups in the order of the compounds."""
        parts = {n: np.asarray(self._root[f"n{n}/{name}"][:]) for n in self._members}
        first = next(iter(parts.values()))
        whole = np.empty((len(self.counts), *first.shape[1:]), dtype=first.dtype)
        for n, places in self._members.items():
            whole[places] = parts[n]
        return whole

    def _not_captured(self, formula: str, expected: str) -> InputError:
        near = difflib.get_close_matches(formula, self.attributes["formula"], 3, cutoff=0)
        return InputError(
            "The attention of this formula is not in the store",
            file=self.path,
            value=formula,
            expected=f"{expected}, such as {', '.join(near)}",
            fix="list the captured ones with AttentionStore.formulas, or add it to attention.formulas of "
            "the configuration and train again",
        )

    def _damaged(self, formula: str) -> InputError:
        return InputError(
            "The attention store holds numbers that are no weights",
            file=self.path,
            where=formula,
            expected="rows that sum to 1",
            fix="the file is damaged: delete it and run its rule (train_crabnet) again",
        )


def attention(path: str | Path, formula: str) -> NDArray[np.float32]:
    """Attention of one compound through the training: (steps, layers, heads, n, n), float32.

    Row = query, column = key; elements by decreasing fraction, ties by atomic number; entry i is after
    ``AttentionStore.steps[i]`` batches. Weights are multiples of 2^-12 and rows sum to exactly 1.

    Raises:
        InputError: there is no store, or the formula was not captured.
    """
    with AttentionStore(path) as store:
        return store.attention(formula)


def _no_store(path: Path) -> InputError:
    return InputError(
        "There is no attention store",
        file=path,
        expected="attention.zarr.zip of a trained network, or attention.zarr while it is trained",
        fix="ask for composition_attention, with a block `attention` in the configuration",
    )
