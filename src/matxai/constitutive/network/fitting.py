"""Fit the networks of the line to the training paths, through the shared training loop.

The whole table lies on the device and a batch is an index into it: no row is ever handed over alone.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn.functional import huber_loss

from matxai.constitutive.network.model_file import Scales, Trained, build
from matxai.constitutive.network.networks import whitening
from matxai.constitutive.network.path_grid import PathGrid
from matxai.constitutive.settings.network import (
    Recurrent,
    StressTraining,
    Surrogate,
    SurrogateTraining,
)
from matxai.learning.loop import Recipe, Shuffled, fit


@dataclass(frozen=True)
class Data:
    """Standardised inputs and targets of one part on the device.

    Of steps: (rows, features) and (rows,). Of paths: (paths, steps, features) and (paths, steps) with
    ``present`` (paths, steps) marking the places that hold a step.
    """

    inputs: Tensor
    target: Tensor
    present: Tensor | None = None

    def __len__(self) -> int:
        return len(self.inputs)

    def squared_error(self, output: Tensor) -> Tensor:
        """Mean squared error over the steps."""
        error = (output - self.target).square()
        return error.mean() if self.present is None else error[self.present].mean()


def steps_of(table: pd.DataFrame, scales: Scales, device: str) -> Data:
    """Every step a sample."""
    return Data(scales.inputs(table).to(device), scales.standardised(table).to(device))


def paths_of(table: pd.DataFrame, scales: Scales, device: str) -> Data:
    """Every path a sample; only its stress is a target, whatever the one-step network predicts."""
    grid = PathGrid.of(table)
    inputs, target = scales.inputs(table), scales.standardised(table)
    return Data(
        grid.pad(inputs).to(device),
        grid.pad(target).to(device),
        grid.present.to(device),
    )


class StressRegression(Shuffled):
    """The training task: shuffled batches, Huber loss, validation RMSE in the unit of the target.

    ``noise`` (features,): standard deviation of the noise on the standardised features of steps.
    """

    def __init__(
        self, train: Data, val: Data, batch_size: int, unit: float, noise: Tensor | None = None
    ) -> None:
        super().__init__(len(train), batch_size, train.inputs.device)
        self.train, self.val, self.unit, self.noise = train, val, unit, noise

    def loss(self, network: nn.Module, rows: Tensor) -> Tensor:
        inputs, target = self.train.inputs[rows], self.train.target[rows]
        if self.noise is not None:
            inputs = inputs + self.noise * torch.randn_like(inputs)
        output = network(inputs)
        if self.train.present is None:
            return huber_loss(output, target)
        present = self.train.present[rows]
        return huber_loss(output[present], target[present])

    @torch.no_grad()
    def validate(self, network: nn.Module) -> float:
        return math.sqrt(float(self.val.squared_error(network(self.val.inputs)))) * self.unit


def train_surrogate(
    table: pd.DataFrame,
    features: list[str],
    target: str,
    shape: Surrogate,
    settings: SurrogateTraining,
    *,
    seed: int,
    device: str,
    checkpoint: Path | None = None,
    fingerprint: str = "",
) -> Trained:
    """Fit the one-step network to the train part of a table of steps, selected on its val part."""
    parts = {name: table[table["part"] == name] for name in ("train", "val")}
    scales = Scales.of(parts["train"], features, target)
    data = {name: steps_of(part, scales, device) for name, part in parts.items()}
    sizes = shape.model_dump(mode="json")
    torch.manual_seed(seed)
    network = build("mlp", scales, sizes, whitening(data["train"].inputs)).to(device)
    noise = None
    if target == "stress" and settings.stress_noise:
        noisy = [settings.stress_noise * (name == "prev_stress") for name in features]
        noise = torch.tensor(noisy, device=device)
    task = _task(data, scales, settings, noise)
    return _train(network, task, scales, sizes, settings, seed, checkpoint, fingerprint)


def train_recurrent(
    table: pd.DataFrame,
    features: list[str],
    shape: Recurrent,
    settings: StressTraining,
    *,
    seed: int,
    device: str,
    checkpoint: Path | None = None,
    fingerprint: str = "",
) -> Trained:
    """Fit the recurrent network to whole paths: strain history in, stress history out."""
    parts = {name: table[table["part"] == name] for name in ("train", "val")}
    scales = Scales.of(parts["train"], features, "stress")
    data = {name: paths_of(part, scales, device) for name, part in parts.items()}
    sizes = {"hidden": shape.hidden, "cell": shape.cell}
    torch.manual_seed(seed)
    network = build(shape.cell, scales, sizes, None).to(device)
    task = _task(data, scales, settings)
    return _train(network, task, scales, sizes, settings, seed, checkpoint, fingerprint)


def _task(
    data: dict[str, Data], scales: Scales, settings: StressTraining, noise: Tensor | None = None
) -> StressRegression:
    unit = scales.target_std
    return StressRegression(data["train"], data["val"], settings.batch_size, unit, noise)


def _train(
    network: nn.Module,
    task: StressRegression,
    scales: Scales,
    sizes: dict[str, Any],
    settings: StressTraining,
    seed: int,
    checkpoint: Path | None,
    fingerprint: str,
) -> Trained:
    recipe = Recipe(**settings.model_dump(exclude={"batch_size", "stress_noise"}))
    began = time.monotonic()
    fitted = fit(network, task, recipe, seed=seed, checkpoint=checkpoint, fingerprint=fingerprint)
    return Trained(fitted, scales, sizes, time.monotonic() - began)
