"""A trained network of the line as one artefact: weights, feature order, scales, target, origin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from matxai.constitutive.laws import Array
from matxai.constitutive.network.networks import Perceptron, Recurrent
from matxai.learning.model_file import ModelMetadata, load_model
from matxai.run.errors import InputError


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
        """Take the scales of the training rows; ``target`` is "increment" or "stress".

        Raises:
            InputError: All targets are equal.
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
        scales = mean.tolist(), std.tolist(), target, float(values.mean()), float(values.std())
        return cls(list(features), *scales)

    def inputs(self, table: pd.DataFrame) -> Tensor:
        """Standardise the features (rows, features), float32, taken by name in the network's order.

        Raises:
            InputError: The table lacks a feature or holds no number for it.
        """
        missing = [name for name in self.features if name not in table]
        if missing:
            problem = f"the steps have no {' and no '.join(missing)}"
            value = ", ".join(map(str, table.columns))
            expected = "every feature that the network was trained on"
            fix = "explain and apply a network on data that state the same quantities"
            raise InputError(problem, value=value, expected=expected, fix=fix)
        columns = table[self.features].to_numpy(np.float64)
        if not np.isfinite(columns).all():
            name = self.features[int(np.argmin(np.isfinite(columns).all(axis=0)))]
            raise InputError(f"{name} has steps without a number", expected="finite numbers")
        std = np.asarray(self.std)
        factor = np.divide(1, std, out=np.zeros_like(std), where=std > 0)
        return torch.from_numpy((columns - self.mean) * factor).float()

    def standardised(self, table: pd.DataFrame) -> Tensor:
        """Standardise the target (rows,), float32."""
        values = (target_of(table, self.target) - self.target_mean) / self.target_std
        return torch.from_numpy(values).float()

    def physical(self, output: Tensor) -> Array:
        """Give the target in its unit (rows,) from the network's output."""
        return output.double().cpu().numpy() * self.target_std + self.target_mean


def target_of(table: pd.DataFrame, target: str) -> Array:
    """Give the stress increment of each step, or the stress (rows,)."""
    stress = table["stress"].to_numpy(np.float64)
    return stress - table["prev_stress"].to_numpy(np.float64) if target == "increment" else stress


@dataclass(frozen=True, kw_only=True)
class StressNetworkMetadata(ModelMetadata):
    """What a network ("mlp", "lstm" or "gru") is and where it came from.

    ``law`` names that of the training paths, ``shape`` holds the keyword arguments of the network, and
    ``versions`` the version of each package that the training used.
    """

    KEY: ClassVar[str] = "matxai.constitutive/1"
    RULES: ClassVar[str] = "train_surrogate or train_recurrent"
    kind: str
    law: str
    scales: Scales
    shape: dict[str, Any]
    versions: dict[str, str]


def build(kind: str, scales: Scales, shape: dict[str, Any], mixing: Tensor | None) -> nn.Module:
    """Build the network of a metadata, with fresh weights."""
    if kind == "mlp":
        return Perceptron(len(scales.features), mixing=mixing, **shape)
    return Recurrent(len(scales.features), **shape)


Network = tuple[Any, StressNetworkMetadata]  # a `Perceptron` or `Recurrent`, and what it is


def load_network(path: str | Path) -> Network:
    """Rebuild the network on the CPU, in evaluation mode.

    Raises:
        InputError: The file is not in the safetensors format, or holds no network of this line.
    """
    state, metadata = load_model(path, StressNetworkMetadata)
    network = build(metadata.kind, metadata.scales, metadata.shape, state.get("mixing"))
    network.load_state_dict(state)
    return network.eval(), metadata
