"""A part of the prepared table as tensors."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import torch
from torch import Tensor

from matxai.composition.data.compounds import amounts_of
from matxai.composition.network.batch import Compounds


@dataclass(frozen=True)
class Part:
    """Compounds of one part with their targets (compounds,) in their unit."""

    compounds: Compounds
    target: Tensor

    def __len__(self) -> int:
        """Count the compounds."""
        return len(self.target)

    def to(self, device: torch.device | str) -> Part:
        """Copy the part to a device."""
        return Part(self.compounds.to(device), self.target.to(device))


def part_of(table: pd.DataFrame) -> Part:
    """Convert the rows of a prepared table, in their order."""
    return Part(
        Compounds.from_lists(amounts_of(table)),
        torch.tensor(table["target"].to_numpy(), dtype=torch.float32),
    )
