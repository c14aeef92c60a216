"""CrabNet and HotCrab, which predict a property from a formula by attention among its elements.

The network is that of Wang, Kauwe, Murdock, Sparks 2021 (npj Comput. Mater. 7:77), and HotCrab is the
same on one-hot element vectors. In one point it differs: the two halves of the fractional encoding have
plain learned scales, because the published 2^((1-p)^2) has a gradient of exactly zero where it starts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from matxai.composition.network.batch import Batch
from matxai.composition.network.layers import EncoderLayer


@dataclass(frozen=True)
class Prediction:
    """Results of one forward pass, in the standardised unit of the target."""

    value: Tensor  # prediction (compounds,)
    log_sigma: Tensor  # logarithm of its predicted deviation (compounds,)
    per_element: Tensor  # contributions (tokens,), whose mean over a compound is its value
    attention: list[list[Tensor]]  # weights (compounds, heads, query, key) by layer and group


class FractionEncoding(nn.Module):
    """Sinusoids of the molar fraction and of its squared logarithm, 1/5000 apart."""

    RESOLUTION = 5000
    table: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        half = width // 2
        row = torch.arange(self.RESOLUTION, dtype=torch.float64)[:, None]
        column = torch.arange(half, dtype=torch.float64)
        angle = row / 50 ** (2 * column / half)
        table = torch.where(column % 2 == 0, angle.sin(), angle.cos()).float()
        self.register_buffer("table", table, persistent=False)
        self.scales = nn.Parameter(torch.ones(2))

    def rows(self, values: Tensor) -> Tensor:
        """Return the rows of the table for values, which are clamped to [1/5000, 1]."""
        return (values.clamp(1 / self.RESOLUTION, 1) * self.RESOLUTION).round().long() - 1

    def forward(self, fractions: Tensor) -> Tensor:
        """Encode molar fractions (tokens,): (tokens, width)."""
        linear = self.table[self.rows(fractions)]
        logarithmic = self.table[self.rows(0.0025 * fractions.log2().square())]
        return torch.cat([self.scales[0] * linear, self.scales[1] * logarithmic], dim=-1)


class ResidualHead(nn.Module):
    """Fully connected layers of the widths ``hidden``, with linear skips."""

    def __init__(self, width: int, hidden: tuple[int, ...]) -> None:
        super().__init__()
        pairs = list(pairwise((width, *hidden)))
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairs)
        self.skips = nn.ModuleList(nn.Linear(a, b, bias=False) for a, b in pairs)
        self.out = nn.Linear(hidden[-1], 3)

    def forward(self, tokens: Tensor) -> Tensor:
        """Map tokens (tokens, width) to value, log sigma and gate: (tokens, 3)."""
        for layer, skip in zip(self.layers, self.skips, strict=True):
            tokens = F.leaky_relu(layer(tokens)) + skip(tokens)
        return self.out(tokens)


class CrabNet(nn.Module):
    """The network of element vectors, fraction encoding, transformer encoder and residual head."""

    vectors: Tensor

    def __init__(
        self, vectors: Tensor, width: int, layers: int, heads: int, feedforward: int,
        dropout: float, head: tuple[int, ...],
    ) -> None:  # fmt: skip
        """Build the network on fixed vectors (atomic numbers, features); row 0 is unused."""
        super().__init__()
        self.register_buffer("vectors", vectors)
        self.embed = nn.Linear(vectors.shape[1], width)
        self.embed_scale = nn.Parameter(torch.ones(()))
        self.encode_fraction = FractionEncoding(width)
        self.layers = nn.ModuleList(
            EncoderLayer(width, heads, feedforward, dropout) for _ in range(layers)
        )
        self.head = ResidualHead(width, head)

    @property
    def encoder_layers(self) -> Iterator[EncoderLayer]:
        """The layers from first to last, typed."""
        return (cast("EncoderLayer", layer) for layer in self.layers)

    def embedded(self, batch: Batch) -> Tensor:
        """Return the element vectors (tokens, width) before the fractions are added."""
        return self.embed(self.vectors[batch.elements]) * 2**self.embed_scale

    def tokens(self, batch: Batch) -> Tensor:
        """Return the input (tokens, width) of the first layer: element vectors plus encoded fractions."""
        return self.embedded(batch) + self.encode_fraction(batch.fractions)

    def forward(self, batch: Batch) -> Prediction:
        """Predict a batch."""
        tokens = self.tokens(batch)
        attention = []
        for layer in self.layers:
            tokens, weights = layer(tokens, batch)
            attention.append(weights)
        value, log_sigma, gate = self.head(tokens).unbind(-1)
        per_element = value * gate.sigmoid()
        pooled = batch.mean_over_elements(torch.stack([per_element, log_sigma], dim=-1))
        return Prediction(pooled[:, 0], pooled[:, 1], per_element, attention)
