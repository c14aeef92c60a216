"""The file from which an interrupted training goes on."""

import os
from pathlib import Path
from typing import Any

import torch


def write_checkpoint(path: Path, fingerprint: str, state: dict[str, Any]) -> None:
    """Write the whole state, then put it in place: a reader never sees half a checkpoint.

    The state is tensors and plain values, nested in dictionaries, lists and tuples; the fingerprint stands
    for everything that the result of the training depends on.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".partial-{path.name}")
    try:
        # Opened here: torch, where it opens a file itself, hides that the disk is full.
        with partial.open("wb") as file:
            torch.save({"fingerprint": fingerprint, **state}, file)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def read_checkpoint(path: Path, fingerprint: str, device: torch.device) -> dict[str, Any] | None:
    """Read a state that `write_checkpoint` wrote under the same fingerprint; tensors come to the device.

    None if there is no such file or it cannot be used; a printed line then says why.
    """
    if not path.is_file():
        return None
    try:
        state: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
        if state.pop("fingerprint") == fingerprint:
            return state
        problem = "belongs to other data, settings or code"
    except Exception as error:  # noqa: BLE001 - any damage to the file ends here, whatever torch calls it
        problem = f"cannot be read ({error})"
    print(f"checkpoint {path} {problem}: training starts anew", flush=True)
    return None
