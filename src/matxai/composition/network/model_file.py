"""A trained CrabNet or HotCrab in its file, with what it takes to rebuild and to trust it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from matxai.composition.network.crabnet import CrabNet
from matxai.composition.settings.tasks import TaskName
from matxai.learning.model_file import ModelMetadata, load_model


@dataclass(frozen=True, kw_only=True)
class CrabNetMetadata(ModelMetadata):
    """What a network came from, with its shape and the scale of its target.

    ``mean`` is added to the raw output times ``std``, in the unit of the target; they are 0 and 1 for a
    classification, whose raw output is the log-odds of class 1.
    """

    KEY: ClassVar[str] = "matxai.composition/2"  # 1: files without a task
    RULES: ClassVar[str] = "train_crabnet"
    network: str  # crabnet or hotcrab
    shape: dict[str, Any]  # keyword arguments of `CrabNet`
    mean: float
    std: float
    elements: list[str]  # symbols in the training part
    task: TaskName


def load_network(path: str | Path) -> tuple[CrabNet, CrabNetMetadata]:
    """Rebuild the network on the CPU, in evaluation mode; no network of this line is an `InputError`."""
    state, metadata = load_model(path, CrabNetMetadata)
    network = CrabNet(state["vectors"], **metadata.shape)
    network.load_state_dict(state)
    return network.eval(), metadata
