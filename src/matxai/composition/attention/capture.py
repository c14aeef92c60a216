"""Choose compounds, and take their attention out of the forward pass while a network is trained."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import nn

from matxai.composition.attention.writer import AttentionWriter
from matxai.composition.data.formulas import SYMBOL_OF, FormulaError, parse_formula, reduced_formula
from matxai.composition.network.batch import Batch, part_of
from matxai.composition.network.crabnet import Prediction
from matxai.composition.network.fitting import PropertyTask
from matxai.composition.network.predict import predict
from matxai.composition.settings.attention import Attention
from matxai.composition.settings.network import CrabNetShape, CrabNetTraining
from matxai.run.errors import InputError


class AttentionCapture:
    """The observer of a training (`matxai.learning.tasks.Observer`) that fills an attention store.

    The network it is shown has the averaged weights, those that are validated and kept. Where the compounds
    are the validation part, the validation's own forward pass is taken; else there is one for them alone.
    """

    def __init__(
        self,
        table: pd.DataFrame,
        task: PropertyTask,
        attention: Attention,
        settings: CrabNetTraining,
        shape: CrabNetShape,
        folder: Path,
        *,
        known: NDArray[Any],
        origin: dict[str, Any],
    ) -> None:
        """Take the compounds that `chosen_compounds` gives; the store grows in ``folder``.

        ``origin``: JSON-plain facts of data and network, kept in the store.
        """
        whole = attention.formulas is None and attention.subset is None and attention.part == "val"
        chosen = chosen_compounds(table, attention, known)
        self.task, self.every = task, attention.every
        self.part = task.val if whole else part_of(chosen).to(task.val.target.device)
        compounds = self.part.compounds.to("cpu")
        ends = compounds.offsets[1:-1].tolist()
        columns: dict[str, Any] = {
            "elements": np.split(compounds.elements.numpy(), ends),
            "fractions": np.split(compounds.fractions.numpy(), ends),
            "target": self.part.target.cpu().numpy(),
        }
        origin = {
            **origin,
            "task": task.name,
            "weights": "averaged" if settings.ema_decay else "as trained",
            "epoch_steps": task.steps,
            "every": attention.every,
        }
        self.store = AttentionWriter(
            folder, chosen.assign(**columns), layers=shape.layers, heads=shape.heads, origin=origin
        )
        self._seen = 0
        self._value = np.empty(len(self.part), dtype=np.float32)
        self._weights = {}
        self._place = np.empty(len(self.part), dtype=np.int64)  # of each compound in its group
        for n, rows in self.store.members.items():
            weights = (len(rows), shape.layers, shape.heads, n, n)
            self._weights[n] = np.empty(weights, dtype=np.float32)
            self._place[rows] = np.arange(len(rows))
        if whole:
            task.watch = self.see

    def see(self, batch: Batch, prediction: Prediction) -> None:
        """Take what one forward pass gave for some of the compounds."""
        rows = batch.rows.cpu().numpy()
        self._value[rows] = self.task.outcome(prediction.value).cpu().numpy()
        for number, group in enumerate(batch.groups):
            layers = torch.stack([layer[number] for layer in prediction.attention], dim=1)
            members = self._place[rows[group.compounds]]
            self._weights[group.count][members] = layers.cpu().numpy()
        self._seen += len(rows)

    def observe(self, network: nn.Module, step: int) -> None:
        """Write what was captured at this step."""
        if self._seen != len(self.part):
            predict(network, self.part.compounds, watch=self.see)
        self._seen = 0
        values = {n: self._value[rows] for n, rows in self.store.members.items()}
        self.store.append(step, self._weights, values)

    def restart(self, step: int) -> bool:
        """Drop what a stopped run wrote after this step, and say whether the rest is complete."""
        if step:
            return self.store.restart(step, captures(step, self.task.steps, self.every))
        self.store.create()
        return True


def captures(steps: int, epoch_steps: int, every: int | None) -> int:
    """Captures in the first ``steps`` batches: one an epoch, and one after ``every`` batches."""
    extra = 0 if every is None else steps // every - steps // math.lcm(epoch_steps, every)
    return steps // epoch_steps + extra


def chosen_compounds(
    table: pd.DataFrame, attention: Attention, known: NDArray[Any]
) -> pd.DataFrame:
    """Rows of ``table`` (compounds.parquet), with their number in column ``row``.

    A part, or a draw from it in the order of the table; or one row per formula: the first of its
    composition, else one with row -1 and target NaN. ``known`` (atomic numbers,): true where the network
    has an element vector.

    Raises:
        InputError: a formula cannot be read or holds an element without vector, two are the same
            composition, or the part has fewer compounds than asked for.
    """
    table = table.assign(row=np.arange(len(table)))
    if attention.formulas is not None:
        return _by_formula(table, attention.formulas, known)
    part = table[table["part"] == attention.part]
    if attention.subset is None:
        return part
    if attention.subset > len(part):
        raise InputError(
            "More compounds are to be captured than there are",
            where="composition.attention.subset",
            value=attention.subset,
            expected=f"at most {len(part)}, the compounds of part {attention.part}",
            fix="ask for fewer, or null for all",
        )
    drawn = np.random.default_rng(attention.seed).choice(len(part), attention.subset, replace=False)
    return part.iloc[np.sort(drawn)]


def _by_formula(
    table: pd.DataFrame, formulas: tuple[str, ...], known: NDArray[Any]
) -> pd.DataFrame:
    first = table.drop_duplicates("reduced").set_index("reduced", drop=False)
    rows: dict[str, dict[str, Any]] = {}
    for formula in formulas:
        try:
            amounts = parse_formula(formula)
        except FormulaError as error:
            raise InputError(
                f"A formula to be captured is refused: {error.reason}",
                where="composition.attention.formulas",
                value=formula,
                expected=error.expected,
                fix="correct it, or leave it out",
            ) from error
        lacking = [SYMBOL_OF[number] for number in amounts if not known[number]]
        reduced = reduced_formula(amounts)
        if lacking or reduced in rows:
            raise InputError(
                "A formula to be captured cannot be",
                where="composition.attention.formulas",
                value=formula,
                expected=f"elements with a vector, unlike {', '.join(lacking)}"
                if lacking
                else f"one formula a composition: {rows[reduced]['formula']} is the same",
                fix="leave it out",
            )
        if reduced in first.index:
            rows[reduced] = dict(first.loc[reduced]) | {"formula": formula}
        else:
            rows[reduced] = {
                "formula": formula, "reduced": reduced, "target": np.nan, "row": -1,
                "numbers": list(amounts), "amounts": list(amounts.values()),
            }  # fmt: skip
    return pd.DataFrame(list(rows.values()))
