"""Integrated gradients along the encoding of the fractions (Sundararajan, Taly & Yan 2017, ICML 70:3319).

The network reads fractions as rows of a table (`matxai.composition.network.crabnet.FractionEncoding`): its
gradient with respect to the fraction is zero wherever it exists, and neighbouring rows differ by
sinusoids of up to one radian a row. Along a straight line of fractions the prediction therefore jumps
up and down by 50 to 170 times its net change, and a sum over an affordable number of points misses it
(measured: benchmarks/fraction_gradients.py). So the line is drawn where the network is smooth, in the
encoding: each element's encoded fraction moves straight from that of the baseline to its own, its
share of the way being the variable that is differentiated. The ends are exactly the network's
predictions, and the attributions of a compound add up to their difference; between the ends lie
mixtures of two encodings, which no fraction has.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from matxai.composition.network.batch import Batch, Compounds
from matxai.composition.network.crabnet import CrabNet, FractionEncoding
from matxai.run.progress import progress

_BATCH = 256  # compounds differentiated together


class Chord(nn.Module):
    """Encodings on the straight lines between two of each token: (tokens,) shares of the way.

    ``start`` and ``end``: (tokens, width).
    """

    def __init__(self, start: Tensor, end: Tensor) -> None:
        super().__init__()
        self.start, self.way = start, end - start

    def forward(self, shares: Tensor) -> Tensor:
        """(tokens,) shares in [0, 1] -> (tokens, width)."""
        return self.start + shares[:, None] * self.way


@dataclass(frozen=True)
class Attributions:
    """Integrated gradients, in the standardised unit of the target.

    ``shares`` (tokens,) in the order of the compounds; a compound each: ``difference`` F(x) - F(baseline),
    ``gap`` sum of its shares minus that difference, ``points`` used, ``closed`` whether the gap is
    within the tolerance.
    """

    shares: Tensor
    difference: Tensor
    gap: Tensor
    points: Tensor
    closed: Tensor


def vanishing(compounds: Compounds) -> Tensor:
    """(tokens,) the smallest fraction that the encoding tells from others, 1/5000, for every element."""
    return torch.full_like(compounds.fractions, 1 / FractionEncoding.RESOLUTION)


def equal(compounds: Compounds) -> Tensor:
    """(tokens,) the same fraction for every element of a compound: 1/n."""
    return (1 / compounds.counts).repeat_interleave(compounds.counts)


def integrated_fractions(
    network: CrabNet,
    compounds: Compounds,
    baseline: Tensor,
    *,
    tolerance: float,
    points: tuple[int, int],
    label: str = "integrated gradients",
) -> Attributions:
    """Share the prediction minus that at ``baseline`` (tokens,) out to the elements of each compound.

    The integral is a Gauss-Legendre sum of as many points as the first of ``points``, doubled up to the
    second for the compounds whose gap is larger than ``tolerance`` times the mean |difference| of those
    that differ from their baseline.
    """
    network = network.eval()
    device = compounds.fractions.device
    values = torch.zeros(len(compounds.fractions), dtype=torch.float64, device=device)
    difference = torch.zeros(len(compounds), dtype=torch.float64, device=device)
    gap, used = torch.zeros_like(difference), torch.zeros_like(difference, dtype=torch.long)
    closed = torch.ones_like(used, dtype=torch.bool)
    pending, count = torch.arange(len(compounds)), points[0]
    while len(pending):
        parts = pending.split(_BATCH)
        for rows in progress(parts, f"{label}, {count} points, batches"):
            batch = compounds.batch(rows)
            tokens = compounds.token_places(batch)
            found, change = _integrate(network, batch, baseline[tokens], count)
            values[tokens], difference[batch.rows] = found, change
            gap[batch.rows] = (
                torch.cat([batch.grouped(found, group).sum(1) for group in batch.groups]) - change
            )
            used[batch.rows] = count
        differs = difference.abs() > 0
        scale = difference[differs].abs().mean() if differs.any() else torch.zeros(())
        closed = gap.abs() <= tolerance * scale
        pending, count = (~closed).nonzero().flatten().cpu(), 2 * count
        if count > points[1]:
            break
    return Attributions(values, difference, gap, used, closed)


def _integrate(
    network: CrabNet, batch: Batch, baseline: Tensor, points: int
) -> tuple[Tensor, Tensor]:
    """Attributions (tokens,) and F(x) - F(baseline) (compounds,) of one batch, float64."""
    with torch.no_grad():
        chord = Chord(network.encode_fraction(baseline), network.encode_fraction(batch.fractions))
    nodes, weights = np.polynomial.legendre.leggauss(points)
    with other_encoding(network, chord):
        values = torch.zeros_like(batch.fractions, dtype=torch.float64)
        for node, weight in zip((1 + nodes) / 2, weights / 2, strict=True):
            shares = torch.full_like(batch.fractions, node).requires_grad_()
            total = network(replace(batch, fractions=shares)).value.sum()
            values += weight * torch.autograd.grad(total, shares)[0].double()
        with torch.no_grad():
            ends = [
                network(
                    replace(batch, fractions=torch.full_like(batch.fractions, at))
                ).value.double()
                for at in (1.0, 0.0)
            ]
    return values, ends[0] - ends[1]


@contextmanager
def other_encoding(network: CrabNet, other: nn.Module) -> Iterator[None]:
    """The network with another encoding of the fractions inside the block."""
    own = network.encode_fraction
    network.add_module("encode_fraction", other)
    try:
        yield
    finally:
        network.add_module("encode_fraction", own)
