"""Compounds as ragged element lists, and batches of them without padding.

A batch sorts its compounds by element count, so that compounds with the same count lie side by side. Every
operation per token runs on one flat matrix (tokens, width), and attention runs on rectangular groups. No
padded row exists that could leak into a mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class Group:
    """Compounds of one element count in a batch, as slices of its compounds and of its tokens."""

    count: int
    compounds: slice
    tokens: slice


@dataclass(frozen=True)
class Batch:
    """Flat tokens of some compounds, grouped by element count.

    Attributes:
        elements: Atomic numbers (tokens,).
        fractions: Molar fractions (tokens,), which add up to 1 for each compound.
        rows: Row of each compound in the data set (compounds,).
        groups: Groups of compounds with the same element count.
    """

    elements: Tensor
    fractions: Tensor
    rows: Tensor
    groups: tuple[Group, ...]

    def mean_over_elements(self, values: Tensor) -> Tensor:
        """Average (tokens, ...) values over each compound's elements: (compounds, ...)."""
        return torch.cat([self.grouped(values, group).mean(1) for group in self.groups])

    @staticmethod
    def grouped(values: Tensor, group: Group) -> Tensor:
        """Return the values (tokens, ...) of a group as a view (compounds, count, ...)."""
        return values[group.tokens].unflatten(0, (-1, group.count))

    def jittered(self, scale: float) -> Batch:
        """Multiply fractions by (1 + scale * normal) and renormalise them (Wang et al. 2021)."""
        noisy = (self.fractions * (1 + scale * torch.randn_like(self.fractions))).clamp(0, 1)
        parts = [self.grouped(noisy, group) for group in self.groups]
        normal = torch.cat([(part / part.sum(1, keepdim=True)).flatten() for part in parts])
        return Batch(self.elements, normal, self.rows, self.groups)


class Compounds:
    """The element lists of a data set on one device.

    The elements of a compound are sorted by decreasing fraction, and by atomic number where these are
    equal.
    """

    def __init__(self, elements: Tensor, fractions: Tensor, offsets: Tensor) -> None:
        """Keep elements and fractions (tokens,); compound i has the tokens offsets[i] to offsets[i + 1]."""
        self.elements, self.fractions, self.offsets = elements, fractions, offsets
        self.counts = offsets.diff()
        # Batches are planned on the CPU.
        self._counts_cpu = self.counts.cpu()

    @classmethod
    def from_lists(cls, amounts: list[dict[int, float]]) -> Compounds:
        """Build from the amounts of each compound by atomic number, which are normalised here."""
        numbers: list[int] = []
        fractions: list[float] = []
        offsets = np.zeros(len(amounts) + 1, dtype=np.int64)
        for row, compound in enumerate(amounts):
            total = sum(compound.values())
            for number, amount in sorted(compound.items(), key=lambda pair: (-pair[1], pair[0])):
                numbers.append(number)
                fractions.append(amount / total)
            offsets[row + 1] = len(numbers)
        return cls(
            torch.tensor(numbers, dtype=torch.long),
            torch.tensor(fractions, dtype=torch.float32),
            torch.from_numpy(offsets),
        )

    def __len__(self) -> int:
        """Count the compounds."""
        return len(self.counts)

    def to(self, device: torch.device | str) -> Compounds:
        """Copy the compounds to a device."""
        return Compounds(
            self.elements.to(device), self.fractions.to(device), self.offsets.to(device)
        )

    def with_amounts(self, amounts: Tensor) -> Compounds:
        """Return the same elements in the same order with the fractions of amounts (tokens,) float64."""
        owner = torch.arange(len(self), device=amounts.device).repeat_interleave(self.counts)
        total = amounts.new_zeros(len(self)).index_add_(0, owner, amounts)
        return Compounds(self.elements, (amounts / total[owner]).float(), self.offsets)

    def batches(self, size: int) -> Iterator[Batch]:
        """Yield all compounds, sorted by element count so that batches have few groups."""
        for rows in self._counts_cpu.argsort(stable=True).split(size):
            yield self.batch(rows)

    def batch(self, rows: Tensor) -> Batch:
        """Return the compounds of ``rows`` (CPU indices), stably sorted by element count.

        Without rows there is one group without compounds, so that outputs of a network keep their shapes.
        """
        counts = self._counts_cpu[rows]
        order = counts.argsort(stable=True)
        rows, counts = rows[order], counts[order]
        present, sizes = counts.unique_consecutive(return_counts=True)
        groups = []
        compound = token = 0
        for count, size in zip(present.tolist(), sizes.tolist(), strict=True):
            groups.append(
                Group(
                    count,
                    slice(compound, compound + size),
                    slice(token, token + size * count),
                )
            )
            compound, token = compound + size, token + size * count
        if not groups:
            groups.append(Group(1, slice(0, 0), slice(0, 0)))
        rows = rows.to(self.elements.device)
        index = self._places(rows, tuple(groups))
        return Batch(self.elements[index], self.fractions[index], rows, tuple(groups))

    def token_places(self, batch: Batch) -> Tensor:
        """Return the positions of a batch's tokens in the flat lists of these compounds."""
        return self._places(batch.rows, batch.groups)

    def _places(self, rows: Tensor, groups: tuple[Group, ...]) -> Tensor:
        starts = self.offsets[rows]
        return torch.cat(
            [
                (
                    starts[group.compounds, None] + torch.arange(group.count, device=rows.device)
                ).flatten()
                for group in groups
            ]
        )
