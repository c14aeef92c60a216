"""A trained network in one safetensors file: its weights, and metadata with all it takes to use them.

A line extends `ModelMetadata` and rebuilds its network from what `load_model` gives.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from pydantic import TypeAdapter
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from matxai.run.errors import InputError


@dataclass(frozen=True, kw_only=True)
class ModelMetadata:
    """What every trained network came from; a line adds what it needs to rebuild its own."""

    KEY: ClassVar[str]  # of the metadata in the file: the line, and the version of its fields
    RULES: ClassVar[str]  # that train such networks, as an error message names them
    seed: int  # of the training
    best_epoch: int  # whose weights are kept, counted from 1
    data_sha256: str  # of the training table
    settings: dict[str, Any]  # of the training


Metadata = TypeVar("Metadata", bound=ModelMetadata)


def save_model(path: str | Path, state: dict[str, Tensor], metadata: ModelMetadata) -> None:
    """Write weights and metadata (JSON-plain fields); the same network gives the same bytes."""
    # One key: safetensors writes several in no fixed order.
    text = {metadata.KEY: json.dumps(asdict(metadata), sort_keys=True)}
    tensors = {name: value.contiguous() for name, value in state.items()}
    Path(path).write_bytes(save(tensors, text))


def load_model(path: str | Path, kind: type[Metadata]) -> tuple[dict[str, Tensor], Metadata]:
    """Read the weights, on the CPU, and the metadata of a file that `save_model` wrote.

    Raises:
        InputError: The file is not in the safetensors format, or holds no metadata of this kind.
    """
    rule = f"the rule {kind.RULES}"
    try:
        with safe_open(path, framework="pt") as file:
            text = file.metadata() or {}
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    except (SafetensorError, OSError) as error:
        fix, expected = f"train it again with {rule}", f"a network that {rule} trained"
        problem = f"not a readable safetensors file: {error}"
        raise InputError(problem, file=path, expected=expected, fix=fix) from error
    if kind.KEY not in text:
        fix, expected = f"train it with {rule}", f"the metadata key {kind.KEY}"
        raise InputError("not a network of this line", file=path, expected=expected, fix=fix)
    # Pydantic rebuilds dataclasses inside of the metadata.
    return state, TypeAdapter(kind).validate_python(json.loads(text[kind.KEY]))
