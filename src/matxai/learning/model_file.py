"""A trained network in one safetensors file: its weights, and a metadata with all it takes to use them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from matxai.run.errors import InputError


def save_model(
    path: str | Path, key: str, state: Mapping[str, Tensor], metadata: Mapping[str, Any]
) -> None:
    """Write weights and metadata (JSON-plain) under the metadata key ``key``.

    The same network gives the same bytes.
    """
    # One key: safetensors writes several in no fixed order.
    metadata = {key: json.dumps(metadata, sort_keys=True)}
    tensors = {name: value.contiguous() for name, value in state.items()}
    Path(path).write_bytes(save(tensors, metadata))


def load_model(path: str | Path, key: str, rule: str) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Weights on the CPU and metadata of a file that `save_model` wrote under the same key.

    Raises:
        InputError: not a safetensors file, or without that key; the fix names the ``rule``.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    except (SafetensorError, OSError) as error:
        raise InputError(
            f"not a readable safetensors file: {error}",
            file=path,
            expected=f"a network that the rule {rule} trained",
            fix=f"train it again with the rule {rule}",
        ) from error
    if key not in metadata:
        raise InputError(
            "not a network of this line",
            file=path,
            expected=f"the metadata key {key}",
            fix=f"train it with the rule {rule}",
        )
    return state, json.loads(metadata[key])
