"""Fit CrabNet or HotCrab to a prepared table."""

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from matxai.composition.data.compounds import merge_compositions
from matxai.composition.network.batch import Batch, Part, part_of
from matxai.composition.network.crabnet import CrabNet
from matxai.composition.network.predict import Watch, predict
from matxai.composition.settings.network import BATCH_SIZES, CrabNetShape, CrabNetTraining
from matxai.composition.settings.tasks import TaskName
from matxai.learning.loop import FitResult, fit
from matxai.learning.tasks import RowTask
from matxai.run.errors import InputError


def published_batch_size(compounds: int) -> int:
    """Apply the rule of Wang et al. 2021 for n compounds: 2^round(log2 n - 4) within [128, 4096]."""
    smallest, largest = BATCH_SIZES
    return min(largest, max(smallest, 2 ** round(math.log2(compounds) - 4)))


def robust_l1(value: Tensor, log_sigma: Tensor, target: Tensor) -> Tensor:
    """Compute the mean of sqrt(2) |y - mu| exp(-s) + s, the Laplace likelihood with deviation exp(s)."""
    return (math.sqrt(2) * (target - value).abs() * (-log_sigma).exp() + log_sigma).mean()


def log_loss(log_odds: Tensor, target: Tensor) -> Tensor:
    """Compute the mean of -y ln p - (1 - y) ln(1 - p) in nats, where p is the sigmoid of ``log_odds``."""
    return F.binary_cross_entropy_with_logits(log_odds.float(), target)


class PropertyTask(RowTask):
    """The task of learning a number ("regression") or a class, 0 or 1 ("classification").

    A number is standardised over the training part; the loss is the robust L1, the validation error
    the MAE. Of a class, the raw output is the log-odds of class 1, both are the log loss (binary
    cross-entropy, nats), and the log sigma is not used; a training target between 0 and 1, of
    duplicates that disagree, is the share of class 1.
    """

    def __init__(
        self, name: TaskName, train: Part, val: Part, batch_size: int | None, jitter: float
    ) -> None:
        """Take the two parts, on the device; without a ``batch_size`` the published rule gives it.

        Raises:
            InputError: All training targets are equal, or one of a classification lies outside [0, 1].
        """
        if not train.target.min() < train.target.max():
            raise InputError(
                "all training targets are equal",
                value=train.target[0].item(),
                expected="targets that differ from one composition to another",
                fix="train on rows with several targets",
            )
        self.name, self.classes = name, name == "classification"
        target = torch.cat([train.target, val.target])
        outside = target[~((target >= 0) & (target <= 1))]
        if self.classes and len(outside):
            raise InputError(
                "the targets of a classification are 0 or 1",
                value=outside[0].item(),
                expected="0, 1, or between them the share of class 1",
                fix="write task: regression, or give classes",
            )
        super().__init__(len(train), batch_size or published_batch_size(len(train)))
        self.train, self.val, self.jitter = train, val, jitter
        # A raw output times ``std`` plus ``mean`` is in the unit of the target.
        self.mean, self.std = 0.0, 1.0
        if not self.classes:
            self.mean, self.std = float(train.target.mean()), float(train.target.std())
        self.watch: Watch | None = None  # sees the forward passes of the validation

    def batches(self) -> Iterator[Batch]:
        """Give the compounds of one epoch in random batches, their fractions jittered."""
        for rows in super().batches():
            batch = self.train.compounds.batch(rows)
            yield batch.jittered(self.jitter) if self.jitter else batch

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        """Compute the loss of a batch, of standardised targets."""
        prediction = network(batch)
        target = (self.train.target[batch.rows] - self.mean) / self.std
        if self.classes:
            return log_loss(prediction.value, target)
        return robust_l1(prediction.value, prediction.log_sigma, target)

    def validate(self, network: nn.Module) -> float:
        """Compute the error of the validation part: MAE in the unit of the target, or log loss."""
        value, _ = predict(network, self.val.compounds, self.mean, self.std, self.watch)
        if self.classes:
            return float(log_loss(value, self.val.target))
        return float((value - self.val.target).abs().mean())

    def outcome(self, value: Tensor) -> Tensor:
        """Turn a raw output (compounds,) into the target's unit, or the probability of class 1."""
        return value.sigmoid() if self.classes else value * self.std + self.mean


def task_of(
    name: TaskName, table: pd.DataFrame, settings: CrabNetTraining, device: str
) -> PropertyTask:
    """Make the task of a prepared table: its train part merged by composition, its val part as it is."""
    train = part_of(merge_compositions(table[table["part"] == "train"])).to(device)
    val = part_of(table[table["part"] == "val"]).to(device)
    return PropertyTask(name, train, val, settings.batch_size, settings.jitter)


def train_on(
    task: PropertyTask,
    vectors: Tensor,
    shape: CrabNetShape,
    settings: CrabNetTraining,
    *,
    seed: int,
    device: str,
    **options: Any,
) -> FitResult:
    """Fit one network on the rows of ``vectors`` (atomic numbers, features), with further options of `fit`.

    The history's error is that of the task on the val part: MAE in the unit of the target, or log loss.
    """
    torch.manual_seed(seed)
    network = CrabNet(vectors, **network_shape(shape)).to(device)
    return fit(network, task, settings.recipe(), seed=seed, **options)


def network_shape(shape: CrabNetShape) -> dict[str, Any]:
    """Make the keyword arguments of `CrabNet` from its settings."""
    return shape.model_dump(mode="json", exclude={"vectors"})
