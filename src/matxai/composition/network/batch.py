"""Compounds as ragged element lists, with their targets, and batches of them without padding.

A batch sorts its compounds by element count, so that compounds with the same count lie side by side. Every
operation per token runs on one flat matrix (tokens, width), and attention runs on rectangular groups. No
padded row exists that could leak into a mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd
import torch
from torch import Tensor

from matxai.composition.data.compounds import amounts_of


@dataclass(frozen=True)
class Group:
    """Compounds of one element count in a batch, as slices of its compounds and of its tokens."""

    count: int
    compounds: slice
    tokens: slice


@dataclass(frozen=True)
class Batch:
    """Flat tokens of some compounds, grouped by element count."""

    elements: Tensor  # atomic numbers (tokens,)
    fractions: Tensor  # molar fractions (tokens,), which add up to 1 for each compound
    rows: Tensor  # row of each compound in the data set (compounds,)
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

    The elements of a compound are sorted by decreasing fraction, then by atomic number.
    """

    def __init__(self, elements: Tensor, fractions: Tensor, offsets: Tensor) -> None:
        """Keep elements and fractions (tokens,); compound i has the tokens offsets[i] to offsets[i + 1]."""
        self.elements, self.fractions, self.offsets = elements, fractions, offsets
        self.counts = offsets.diff()
        self._counts_cpu = self.counts.cpu()  # batches are planned on the CPU

    @classmethod
    def from_lists(cls, amounts: list[dict[int, float]]) -> Compounds:
        """Build from the amounts of each compound by atomic number, which are normalised here."""
        tokens: list[tuple[int, float]] = []
        offsets = [0]
        for compound in amounts:
            total = sum(compound.values())
            ordered = sorted(compound.items(), key=lambda pair: (-pair[1], pair[0]))
            tokens += [(number, amount / total) for number, amount in ordered]
            offsets.append(len(tokens))
        return cls(
            torch.tensor([number for number, _ in tokens], dtype=torch.long),
            torch.tensor([fraction for _, fraction in tokens], dtype=torch.float32),
            torch.tensor(offsets),
        )

    def __len__(self) -> int:
        return len(self.counts)

    def to(self, device: torch.device | str) -> Compounds:
        """Copy the compounds to a device."""
        lists = (self.elements, self.fractions, self.offsets)
        return Compounds(*(values.to(device) for values in lists))

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
        for count, size in list(zip(present.tolist(), sizes.tolist(), strict=True)) or [(1, 0)]:
            ends = compound + size, token + size * count
            groups.append(Group(count, slice(compound, ends[0]), slice(token, ends[1])))
            compound, token = ends
        rows = rows.to(self.elements.device)
        index = self._places(rows, groups)
        return Batch(self.elements[index], self.fractions[index], rows, tuple(groups))

    def token_places(self, batch: Batch) -> Tensor:
        """Return the positions of a batch's tokens in the flat lists of these compounds."""
        return self._places(batch.rows, batch.groups)

    def _places(self, rows: Tensor, groups: Iterable[Group]) -> Tensor:
        starts = self.offsets[rows][:, None]
        places = (
            starts[group.compounds] + torch.arange(group.count, device=rows.device)
            for group in groups
        )
        return torch.cat([group.flatten() for group in places])


@dataclass(frozen=True)
class Part:
    """Compounds of one part with their targets (compounds,) in their unit."""

    compounds: Compounds
    target: Tensor

    def __len__(self) -> int:
        return len(self.target)

    def to(self, device: torch.device | str) -> Part:
        """Copy the part to a device."""
        return Part(self.compounds.to(device), self.target.to(device))


def part_of(table: pd.DataFrame) -> Part:
    """Convert the rows of a prepared table, in their order."""
    target = torch.tensor(table["target"].to_numpy(), dtype=torch.float32)
    return Part(Compounds.from_lists(amounts_of(table)), target)
