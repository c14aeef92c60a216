"""A trained CrabNet or HotCrab in its file, with what it takes to rebuild and to trust it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from matxai.composition.network.crabnet import CrabNet
from matxai.composition.settings.tasks import TaskName
from matxai.learning.model_file import load_model, save_model

_KEY = "matxai.composition/2"  # 1: cards without a task


@dataclass(frozen=True)
class CrabNetMetadata:
    """What a network came from: its shape, its target's scale, the data and the seed.

    ``elements``: symbols that occur in the training part; ``settings``: the training settings. Of a
    classification, whose raw output is the log-odds of class 1, ``mean`` is 0 and ``std`` 1.
    """

    network: str
    seed: int
    shape: dict[str, Any]
    mean: float
    std: float
    elements: list[str]
    data_sha256: str
    best_epoch: int
    settings: dict[str, Any]
    task: TaskName


def save_network(path: Path, state: dict[str, Tensor], metadata: CrabNetMetadata) -> None:
    """Write weights and metadata; the fixed element vectors are among the weights."""
    save_model(path, _KEY, state, vars(metadata))


def load_network(path: str | Path) -> tuple[CrabNet, CrabNetMetadata]:
    """Rebuild the network on the CPU, in evaluation mode.

    Raises:
        InputError: not a safetensors file, or not written by `save_network`.
    """
    state, values = load_model(path, _KEY, "train_crabnet")
    metadata = CrabNetMetadata(**values)
    network = CrabNet(state["vectors"], **metadata.shape)
    network.load_state_dict(state)
    return network.eval(), metadata
