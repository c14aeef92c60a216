"""A model file of a made line: what is written comes back, and another line's is refused."""

from dataclasses import dataclass
from typing import ClassVar

import pytest
import torch

from matxai.learning.model_file import ModelMetadata, load_model, save_model
from matxai.run.errors import InputError


@dataclass(frozen=True)
class Scale:
    mean: float
    names: list[str]


@dataclass(frozen=True, kw_only=True)
class ToyMetadata(ModelMetadata):
    KEY: ClassVar[str] = "matxai.toy/1"
    RULES: ClassVar[str] = "train_toy"
    scale: Scale


class OtherMetadata(ModelMetadata):
    KEY = "matxai.other/1"
    RULES = "train_other"


METADATA = ToyMetadata(
    seed=3, best_epoch=7, data_sha256="ab", settings={"epochs": 2}, scale=Scale(0.1 + 0.2, ["a"])
)


def test_weights_and_nested_metadata_come_back(tmp_path):
    state = {"weight": torch.randn(3, 2).T, "count": torch.tensor(4)}
    for name in ("one", "two"):
        save_model(tmp_path / name, state, METADATA)
    loaded, metadata = load_model(tmp_path / "one", ToyMetadata)
    assert metadata == METADATA
    assert all(torch.equal(loaded[name], value) for name, value in state.items())
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_network_of_another_line_is_refused(tmp_path):
    save_model(tmp_path / "one", {"weight": torch.zeros(1)}, METADATA)
    with pytest.raises(InputError, match="not a network of this line") as caught:
        load_model(tmp_path / "one", OtherMetadata)
    assert "train_other" in caught.value.details["fix"]
