"""A trained network in one safetensors file, with what it takes to rebuild and to trust it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from matxai.composition.network import CrabNet
from matxai.errors import InputError

_KEY = "matxai.composition/1"


@dataclass(frozen=True)
class Card:
    """What a network came from: its shape, its target's scale, the data and the seed.

    ``elements``: symbols that occur in the training part; ``settings``: the training settings.
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


def save_network(path: Path, state: dict[str, Tensor], card: Card) -> None:
    """Write weights and card; the fixed element vectors are among the weights.

    The same network gives the same bytes.
    """
    # One key: safetensors writes several in no fixed order.
    metadata = {_KEY: json.dumps(vars(card), sort_keys=True)}
    path.write_bytes(save({name: value.contiguous() for name, value in state.items()}, metadata))


def load_network(path: str | Path) -> tuple[CrabNet, Card]:
    """Rebuild the network on the CPU, in evaluation mode.

    Raises:
        InputError: not a safetensors file, or not written by `save_network`.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    except (SafetensorError, OSError) as error:
        raise InputError(f"not a readable safetensors file: {error}", file=path) from error
    if _KEY not in metadata:
        raise InputError(
            "not a network of this line",
            file=path,
            expected=f"the metadata key {_KEY}",
            fix="train it with the rule train_crabnet",
        )
    card = Card(**json.loads(metadata[_KEY]))
    network = CrabNet(state["vectors"], **card.shape)
    network.load_state_dict(state)
    return network.eval(), card
