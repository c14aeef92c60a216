"""Fit the networks of the line to the training paths, through the shared training loop.

The whole table lies on the device and a batch is an index into it: no row is ever handed over alone.
"""

import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn.functional import huber_loss

from matxai.constitutive.network.model_file import Scales, StressNetworkMetadata, build
from matxai.constitutive.network.networks import PathGrid, whitening
from matxai.constitutive.settings.network import (
    Recurrent,
    StressTraining,
    Surrogate,
    SurrogateTraining,
)
from matxai.learning.loop import FitResult, fit
from matxai.learning.tasks import RowTask


@dataclass(frozen=True)
class Data:
    """Standardised inputs and targets of one part on the device.

    Of steps: (rows, features) and (rows,). Of paths: (paths, steps, features) and (paths, steps) with
    ``present`` (paths, steps) marking the places that hold a step.
    """

    inputs: Tensor
    target: Tensor
    present: Tensor | None = None


def samples_of(table: pd.DataFrame, scales: Scales, device: str, *, paths: bool) -> Data:
    """Make every path a sample, or every step."""
    parts = [scales.inputs(table), scales.standardised(table)]
    if paths:
        grid = PathGrid(table)
        parts = [*map(grid.pad, parts), grid.present]
    return Data(*(part.to(device) for part in parts))


class StressRegression(RowTask):
    """The training task: shuffled batches, Huber loss, validation RMSE in the unit of the target."""

    def __init__(
        self, train: Data, val: Data, batch_size: int, unit: float, noise: Tensor | None = None
    ) -> None:
        """Take the data that the weights are fitted to, and those that select the best epoch.

        A batch has ``batch_size`` steps or paths. ``unit`` is the standard deviation of the target in its
        unit, ``noise`` (features,) that of the noise on the standardised features of steps.
        """
        super().__init__(len(train.inputs), batch_size, train.inputs.device)
        self.train, self.val, self.unit, self.noise = train, val, unit, noise

    def loss(self, network: nn.Module, rows: Tensor) -> Tensor:
        """Compute the Huber loss of the samples ``rows`` (batch,)."""
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
        """Compute the root-mean-square error over the steps, in the unit of the target."""
        error = (network(self.val.inputs) - self.val.target).square()
        mean = error.mean() if self.val.present is None else error[self.val.present].mean()
        return math.sqrt(float(mean)) * self.unit


def train(
    table: pd.DataFrame,
    features: list[str],
    target: str,
    shape: Surrogate | Recurrent,
    settings: StressTraining,
    *,
    seed: int,
    device: str,
    checkpoint: Path | None = None,
    fingerprint: str = "",
    **origin: Any,
) -> tuple[FitResult, StressNetworkMetadata, dict[str, float]]:
    """Fit a network to the train part of a table of steps, selected on its val part.

    The one-step network learns the ``target`` of a step ("increment" or "stress"), the recurrent one whole
    paths: strain history in, history of the target out. The ``origin`` is what else its metadata state:
    law, data_sha256 and versions.

    Returns:
        The result, its metadata, and a summary: epochs, best epoch, its training loss and validation RMSE
        (unit of the target), seconds of this run alone, which may have resumed an interrupted one.
    """
    kind = "mlp" if isinstance(shape, Surrogate) else shape.cell
    parts = {name: table[table["part"] == name] for name in ("train", "val")}
    scales = Scales.of(parts["train"], features, target)
    data = {k: samples_of(v, scales, device, paths=kind != "mlp") for k, v in parts.items()}
    sizes = shape.model_dump(mode="json")
    torch.manual_seed(seed)
    mixing = whitening(data["train"].inputs) if kind == "mlp" else None
    network = build(kind, scales, sizes, mixing).to(device)
    noise = None
    if isinstance(settings, SurrogateTraining) and target == "stress" and settings.stress_noise:
        noisy = [settings.stress_noise * (name == "prev_stress") for name in features]
        noise = torch.tensor(noisy, device=device)
    task = StressRegression(
        **data, batch_size=settings.batch_size, unit=scales.target_std, noise=noise
    )
    began = time.monotonic()
    fitted = fit(
        network, task, settings.recipe(), seed=seed, checkpoint=checkpoint, fingerprint=fingerprint
    )
    seconds, best = time.monotonic() - began, fitted.history.iloc[fitted.best_epoch]
    epoch, plain = int(best["epoch"]), settings.model_dump(mode="json")
    metadata = StressNetworkMetadata(
        kind=kind, scales=scales, shape=sizes, seed=seed, best_epoch=epoch, settings=plain, **origin
    )
    summary = {
        "epochs": len(fitted.history),
        "best_epoch": epoch,
        "train_loss": float(best["train_loss"]),
        "val_rmse": float(best["val_error"]),
        "seconds": round(seconds, 1),
    }
    return fitted, metadata, summary
