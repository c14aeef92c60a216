"""Fit CrabNet or HotCrab to a prepared table."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from torch import Tensor, nn

from matxai.composition.batch import Batch
from matxai.composition.dataset import Part, merged, part_of
from matxai.composition.network import CrabNet, Prediction
from matxai.composition.settings import BATCH_SIZES, Network, Train
from matxai.observer import Observer
from matxai.training import Fitted, Recipe, fit

EVALUATION_BATCH = 1024
# Sees each forward pass of a prediction: its batch and all that came out.
Watch = Callable[[Batch, Prediction], None]


def published_batch_size(compounds: int) -> int:
    """2^round(log2 n - 4) within [128, 4096], the rule of Wang et al. 2021."""
    smallest, largest = BATCH_SIZES
    return min(largest, max(smallest, 2 ** round(math.log2(compounds) - 4)))


def robust_l1(value: Tensor, log_sigma: Tensor, target: Tensor) -> Tensor:
    """Mean of sqrt(2) |y - mu| exp(-s) + s: the Laplace likelihood with standard deviation exp(s)."""
    return (math.sqrt(2) * (target - value).abs() * (-log_sigma).exp() + log_sigma).mean()


class Regression:
    """The training task: batches of jittered compounds, robust L1, validation MAE.

    The target is standardised with the mean and standard deviation of the training part. ``watch`` sees
    the forward passes of the validation.
    """

    def __init__(self, train: Part, val: Part, batch_size: int | None, jitter: float) -> None:
        self.train, self.val, self.jitter = train, val, jitter
        self.mean, self.std = float(train.target.mean()), float(train.target.std())
        if not self.std > 0:
            raise ValueError("all training targets are equal: nothing can be learned from them")
        self.batch_size = batch_size or published_batch_size(len(train))
        self.watch: Watch | None = None

    @property
    def steps(self) -> int:
        return math.ceil(len(self.train) / self.batch_size)

    def batches(self) -> Iterator[Batch]:
        for rows in torch.randperm(len(self.train)).split(self.batch_size):
            batch = self.train.compounds.batch(rows)
            yield batch.jittered(self.jitter) if self.jitter else batch

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        prediction = network(batch)
        target = (self.train.target[batch.rows] - self.mean) / self.std
        return robust_l1(prediction.value, prediction.log_sigma, target)

    def validate(self, network: nn.Module) -> float:
        value, _ = predict(network, self.val, self.mean, self.std, self.watch)
        return float((value - self.val.target).abs().mean())


@torch.inference_mode()
def predict(
    network: nn.Module, part: Part, mean: float, std: float, watch: Watch | None = None
) -> tuple[Tensor, Tensor]:
    """Predicted value and standard deviation (compounds,) in the unit of the target, rows in order."""
    network.eval()
    value, sigma = torch.empty_like(part.target), torch.empty_like(part.target)
    # Compounds of like size together: fewer groups a batch, the same numbers.
    for rows in part.compounds.counts.cpu().argsort(stable=True).split(EVALUATION_BATCH):
        batch = part.compounds.batch(rows)
        prediction = network(batch)
        value[batch.rows] = prediction.value * std + mean
        sigma[batch.rows] = prediction.log_sigma.exp() * std
        if watch is not None:
            watch(batch, prediction)
    return value, sigma


def regression(table: pd.DataFrame, settings: Train, device: str) -> Regression:
    """The task of a prepared table: its train part merged by composition, its val part as it is."""
    parts = {name: table[table["part"] == name] for name in ("train", "val")}
    return Regression(
        part_of(merged(parts["train"])).to(device),
        part_of(parts["val"]).to(device),
        settings.batch_size,
        settings.jitter,
    )


def train_on(
    task: Regression,
    vectors: Tensor,
    shape: Network,
    settings: Train,
    *,
    seed: int,
    device: str,
    checkpoint: Path | None = None,
    fingerprint: str = "",
    observer: Observer | None = None,
) -> Fitted:
    """Fit one network on the rows of ``vectors`` (atomic numbers, features).

    The history's error is the MAE on the val part in the unit of the target.
    """
    torch.manual_seed(seed)
    network = CrabNet(vectors, **network_shape(shape)).to(device)
    recipe = Recipe(**settings.model_dump(exclude={"batch_size", "jitter"}))
    return fit(
        network,
        task,
        recipe,
        seed=seed,
        checkpoint=checkpoint,
        fingerprint=fingerprint,
        observer=observer,
    )


def network_shape(shape: Network) -> dict[str, Any]:
    """Keyword arguments of CrabNet from its settings."""
    return shape.model_dump(mode="json", exclude={"vectors"})
