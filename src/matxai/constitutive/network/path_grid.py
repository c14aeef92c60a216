"""Paths side by side in one array, as a recurrent network reads them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import torch
from torch import Tensor


@dataclass(frozen=True)
class PathGrid:
    """Places of the steps of a table in an array (paths, steps, ...), short paths padded at their end.

    Attributes:
        present: Whether a place holds a step, (paths, steps).
    """

    present: Tensor

    @classmethod
    def of(cls, table: pd.DataFrame) -> PathGrid:
        """Make the grid of a table whose rows are in order of path and step."""
        lengths = torch.tensor(table.groupby("path", sort=False).size().to_numpy())
        return cls(torch.arange(int(lengths.max())) < lengths[:, None])

    def pad(self, rows: Tensor) -> Tensor:
        """Put rows (rows, ...) side by side: (paths, steps, ...), zero where a path has ended."""
        padded = rows.new_zeros(*self.present.shape, *rows.shape[1:])
        padded[self.present] = rows
        return padded

    def rows(self, padded: Tensor) -> Tensor:
        """Undo `pad`: (paths, steps, ...) to (rows, ...)."""
        return padded[self.present]
