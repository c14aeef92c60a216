"""A trained network of the line as one artefact: weights, feature order, scales, target, origin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import Tensor, nn

from matxai.constitutive.network.networks import Perceptron, Recurrent
from matxai.learning.loop import Fitted
from matxai.learning.model_file import load_model, save_model
from matxai.run.errors import InputError

Array = npt.NDArray[np.float64]
_KEY = "matxai.constitutive/1"


@dataclass(frozen=True)
class Scales:
    """Mean and standard deviation of the features, in their order, and of the target.

    Of the training part, and of nothing else. A feature that does not vary there has the standard
    deviation 0 and is always fed to the network as 0.
    """

    features: list[str]
    mean: list[float]
    std: list[float]
    target: str
    target_mean: float
    target_std: float

    @classmethod
    def of(cls, train: pd.DataFrame, features: Sequence[str], target: str) -> Scales:
        """Scales of the training rows; ``target`` is "increment" or "stress".

        Raises:
            InputError: all targets are equal.
        """
        columns = train[list(features)].to_numpy(np.float64)
        mean, std = columns.mean(axis=0), columns.std(axis=0)
        # A column of equal numbers has a deviation of rounding errors, not of zero.
        std[np.ptp(columns, axis=0) == 0] = 0.0
        values = target_of(train, target)
        if not values.std() > 0:
            raise InputError(
                f"the {target} is the same in all training steps",
                expected="data that vary",
                fix="give paths in which the stress changes",
            )
        return cls(
            features=list(features),
            mean=mean.tolist(),
            std=std.tolist(),
            target=target,
            target_mean=float(values.mean()),
            target_std=float(values.std()),
        )

    def inputs(self, table: pd.DataFrame) -> Tensor:
        """Standardised features (rows, features), float32, taken by name in the network's order.

        Raises:
            InputError: the table lacks a feature or holds no number for it.
        """
        missing = [name for name in self.features if name not in table]
        if missing:
            raise InputError(
                f"the steps have no {' and no '.join(missing)}",
                value=", ".join(map(str, table.columns)),
                expected="every feature that the network was trained on",
                fix="explain and apply a network on data that state the same quantities",
            )
        columns = table[self.features].to_numpy(np.float64)
        if not np.isfinite(columns).all():
            name = self.features[int(np.argmin(np.isfinite(columns).all(axis=0)))]
            raise InputError(f"{name} has steps without a number", expected="finite numbers")
        std = np.asarray(self.std)
        scaled = (columns - self.mean) * np.where(std > 0, 1 / np.where(std > 0, std, 1.0), 0.0)
        return torch.from_numpy(scaled).float()

    def standardised(self, table: pd.DataFrame) -> Tensor:
        """Standardised target (rows,), float32."""
        values = (target_of(table, self.target) - self.target_mean) / self.target_std
        return torch.from_numpy(values).float()

    def physical(self, output: Tensor) -> Array:
        """Target in its unit (rows,) from the network's output."""
        return output.double().cpu().numpy() * self.target_std + self.target_mean


def target_of(table: pd.DataFrame, target: str) -> Array:
    """The stress increment of each step, or the stress (rows,)."""
    stress = table["stress"].to_numpy(np.float64)
    return stress - table["prev_stress"].to_numpy(np.float64) if target == "increment" else stress


@dataclass(frozen=True)
class StressNetworkMetadata:
    """What a network is and where it came from; ``kind`` is "mlp", "lstm" or "gru"."""

    kind: str
    law: str
    scales: Scales
    shape: dict[str, Any]
    seed: int
    best_epoch: int
    data_sha256: str
    settings: dict[str, Any]
    versions: dict[str, str]


@dataclass(frozen=True)
class Trained:
    """A fitted network with what its metadata needs."""

    fitted: Fitted
    scales: Scales
    shape: dict[str, Any]
    seconds: float

    def summary(self) -> dict[str, float]:
        """Epochs, best epoch, its training loss and validation RMSE (unit of the target), seconds.

        The seconds are those of this run alone where it resumed an interrupted one.
        """
        history = self.fitted.history
        best = history.iloc[self.fitted.best_epoch]
        return {
            "epochs": len(history),
            "best_epoch": int(best["epoch"]),
            "train_loss": float(best["train_loss"]),
            "val_rmse": float(best["val_error"]),
            "seconds": round(self.seconds, 1),
        }


def build(kind: str, scales: Scales, shape: dict[str, Any], mixing: Tensor | None) -> nn.Module:
    """The network of a metadata, with fresh weights."""
    if kind == "mlp":
        return Perceptron(len(scales.features), mixing=mixing, **shape)
    return Recurrent(len(scales.features), **shape)


def save_network(
    path: str | Path, state: dict[str, Tensor], metadata: StressNetworkMetadata
) -> None:
    """Write weights and metadata into one file."""
    save_model(path, _KEY, state, asdict(metadata))


def save_trained(
    path: str | Path,
    trained: Trained,
    kind: str,
    *,
    law: str,
    seed: int,
    data: str,
    settings: dict[str, Any],
    versions: dict[str, str],
) -> None:
    """Write what a training gave; ``data`` is the digest of its table, ``versions`` of packages."""
    metadata = StressNetworkMetadata(
        kind=kind,
        law=law,
        scales=trained.scales,
        shape=trained.shape,
        seed=seed,
        best_epoch=trained.fitted.best_epoch + 1,
        data_sha256=data,
        settings=settings,
        versions=versions,
    )
    save_network(path, trained.fitted.state, metadata)


def load_network(path: str | Path) -> tuple[Any, StressNetworkMetadata]:
    """Rebuild the network (`Perceptron` or `Recurrent`) on the CPU, in evaluation mode.

    Raises:
        InputError: not a safetensors file, or not written by `save_network`.
    """
    state, values = load_model(path, _KEY, "train_surrogate or train_recurrent")
    metadata = StressNetworkMetadata(**values | {"scales": Scales(**values["scales"])})
    network = build(metadata.kind, metadata.scales, metadata.shape, state.get("mixing"))
    network.load_state_dict(state)
    return network.eval(), metadata
