"""The table of steps: reading it, its features, and its paths as padded arrays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import Tensor

from matxai.constitutive.data.laws import Law

Array = npt.NDArray[np.float64]


def read_steps(path: str | Path, part: str | None = None) -> pd.DataFrame:
    """The steps of one part, or of all, rows in order of path and step."""
    table = pd.read_parquet(path)
    return table if part is None else table[table["part"] == part].reset_index(drop=True)


def held(names: Iterable[str], table: pd.DataFrame) -> list[str]:
    """Those of the names that are columns with a number in every step, in their order."""
    return [name for name in names if name in table and table[name].notna().all()]


def history_features(law: Law) -> tuple[str, ...]:
    """Inputs of the recurrent network: strain, time increment and material; no memory handed in."""
    return ("strain", "dt", *law.parameters)


@dataclass(frozen=True)
class Layout:
    """Where each row stands when paths are laid side by side, the short ones padded at their end.

    ``path`` and ``place`` (rows,): row and column of a step in an array (paths, steps).
    """

    path: npt.NDArray[np.int64]
    place: npt.NDArray[np.int64]

    @classmethod
    def of(cls, table: pd.DataFrame) -> Layout:
        codes, _ = pd.factorize(table["path"])
        return cls(
            np.asarray(codes, np.int64), np.asarray(table.groupby("path").cumcount(), np.int64)
        )

    @property
    def shape(self) -> tuple[int, int]:
        return int(self.path.max()) + 1, int(self.place.max()) + 1

    def padded(self, rows: Tensor) -> Tensor:
        """Rows (rows, ...) side by side (paths, steps, ...), zero where a path has ended."""
        found = torch.zeros(*self.shape, *rows.shape[1:], dtype=rows.dtype)
        found[self.path, self.place] = rows
        return found

    def rows(self, padded: Tensor) -> Tensor:
        """The way back: (paths, steps, ...) to rows (rows, ...)."""
        return padded[self.path, self.place]

    @property
    def present(self) -> Tensor:
        """Whether a place holds a step (paths, steps)."""
        return self.padded(torch.ones(len(self.path), dtype=torch.bool))
