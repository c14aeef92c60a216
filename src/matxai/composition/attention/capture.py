"""Take attention and predictions out of the forward pass while a network is trained."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import nn

from matxai.composition.attention.selection import chosen_compounds
from matxai.composition.attention.writer import AttentionWriter, Captured
from matxai.composition.network.batch import Batch
from matxai.composition.network.crabnet import Prediction
from matxai.composition.network.fitting import PropertyClassification, PropertyRegression
from matxai.composition.network.parts import Part, part_of
from matxai.composition.network.predict import predict
from matxai.composition.settings.attention import Attention
from matxai.composition.settings.network import CrabNetShape, CrabNetTraining


class AttentionCapture:
    """The observer of a training (`matxai.learning.tasks.Observer`) that fills an attention store.

    The network it is shown has the averaged weights, those that are validated and kept. Where the compounds
    are the validation part, the validation's own forward pass is taken; else there is one for them alone.
    """

    def __init__(
        self,
        store: AttentionWriter,
        part: Part,
        task: PropertyRegression | PropertyClassification,
        every: int | None,
        *,
        shared: bool,
    ) -> None:
        """``part``: the compounds of the store; ``shared``: they are those that ``task`` validates."""
        self.store, self.part, self.every, self.task = store, part, every, task
        self._seen = 0
        self._value = np.empty(len(part), dtype=np.float32)
        heads = (store.layers, store.heads)
        self._weights = {
            n: np.empty((len(rows), *heads, n, n), dtype=np.float32)
            for n, rows in store.members.items()
        }
        self._place = np.empty(len(part), dtype=np.int64)  # of each compound in its group
        for rows in store.members.values():
            self._place[rows] = np.arange(len(rows))
        if shared:
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
            self._seen = 0
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
    after_epochs = steps // epoch_steps
    if every is None:
        return after_epochs
    return after_epochs + steps // every - steps // math.lcm(epoch_steps, every)


def attention_capture(
    table: pd.DataFrame,
    task: PropertyRegression | PropertyClassification,
    asked: Attention | None,
    settings: CrabNetTraining,
    shape: CrabNetShape,
    folder: Path,
    *,
    known: NDArray[Any],
    origin: dict[str, Any],
) -> AttentionCapture | None:
    """The observer that the settings ask for, if any; its store grows in ``folder``.

    ``table``: compounds.parquet; ``known`` (atomic numbers,) true where the network has an element vector;
    ``origin``: JSON-plain facts of data and network, kept in the store.

    Raises:
        InputError: the choice of compounds cannot be met.
    """
    if asked is None:
        return None
    whole = asked.formulas is None and asked.subset is None and asked.part == "val"
    chosen = chosen_compounds(table, asked, known)
    part = task.val if whole else part_of(chosen).to(task.val.target.device)
    store = AttentionWriter(
        folder,
        captured_from(chosen, part),
        layers=shape.layers,
        heads=shape.heads,
        origin={
            **origin,
            "task": task.name,
            "weights": "averaged" if settings.ema_decay else "as trained",
            "epoch_steps": task.steps,
            "every": asked.every,
        },
    )
    return AttentionCapture(store, part, task, asked.every, shared=whole)


def captured_from(chosen: pd.DataFrame, part: Part) -> Captured:
    """What the store tells of the compounds; ``part`` holds the rows of ``chosen``."""
    compounds = part.compounds.to("cpu")
    ends = compounds.offsets[1:-1].tolist()
    return Captured(
        formulas=list(chosen["formula"]),
        reduced=list(chosen["reduced"]),
        elements=np.split(compounds.elements.numpy(), ends),
        fractions=np.split(compounds.fractions.numpy(), ends),
        rows=chosen["row"].to_numpy(np.int64),
        targets=part.target.cpu().numpy(),
    )
