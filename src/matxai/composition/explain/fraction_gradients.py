"""Integrated gradients along the encoding of the fractions (Sundararajan, Taly & Yan 2017, ICML 70:3319).

The network reads fractions as rows of a table (`matxai.composition.network.crabnet.FractionEncoding`). Its
gradient with respect to the fraction is zero wherever it exists, and neighbouring rows differ by
sinusoids of up to one radian. Along a straight line of fractions, the prediction therefore jumps up
and down by 50 to 170 times its net change, and a sum over an affordable number of points misses this
change (measured: benchmarks/fraction_gradients.py).

The path is therefore a straight line where the network is smooth, in the encoding. The encoded fraction of
each element moves from that of the baseline to its own, and its share of the way is the variable that is
differentiated. The ends are exactly predictions of the network, and the attributions of a compound add
up to their difference. Between the ends lie mixtures of two encodings, which no fraction has.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from matxai.composition.network.batch import Batch, Compounds
from matxai.composition.network.crabnet import CrabNet, FractionEncoding
from matxai.run.progress import progress

_BATCH = 256  # compounds


class Chord(nn.Module):
    """Encodings on the straight line between two encodings of each token."""

    def __init__(self, start: Tensor, end: Tensor) -> None:
        super().__init__()
        self.start, self.way = start, end - start

    def forward(self, shares: Tensor) -> Tensor:
        """Return the encodings (tokens, width) at these shares (tokens,) of the way."""
        return self.start + shares[:, None] * self.way


@dataclass(frozen=True)
class Attributions:
    """Integrated gradients and their check by compound, in the standardised unit of the target."""

    shares: Tensor  # (tokens,), all others (compounds,)
    difference: Tensor  # F(x) - F(baseline)
    gap: Tensor  # sum of the shares minus the difference
    points: Tensor  # of the integral
    closed: Tensor  # whether the gap is within the tolerance


def vanishing_baseline(compounds: Compounds) -> Tensor:
    """Return the smallest fraction of the encoding, 1/5000, for every element: (tokens,)."""
    return torch.full_like(compounds.fractions, 1 / FractionEncoding.RESOLUTION)


def equal_baseline(compounds: Compounds) -> Tensor:
    """Return the fraction 1/n for every element of a compound of n elements: (tokens,)."""
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
    """Distribute the prediction minus that of the baseline over the elements of each compound.

    The path starts at the fractions ``baseline`` (tokens,), and the integral is a Gauss-Legendre sum. Its
    number of points, of which ``points`` has the first and the largest, is doubled for compounds whose gap
    is larger than the tolerance, relative to the mean |difference| of the compounds that differ from their
    baseline. The progress lines start with ``label``.
    """
    network = network.eval()
    values = torch.zeros_like(compounds.fractions, dtype=torch.float64)
    difference = values.new_zeros(len(compounds))
    gap, numbers = torch.zeros_like(difference), torch.zeros_like(difference, dtype=torch.long)
    closed = torch.ones_like(numbers, dtype=torch.bool)
    pending, count = torch.arange(len(compounds)), points[0]
    while len(pending):
        parts = pending.split(_BATCH)
        for rows in progress(parts, f"{label}, {count} points, batches"):
            batch = compounds.batch(rows)
            tokens = compounds.token_places(batch)
            shares, change = _integrate(network, batch, baseline[tokens], count)
            values[tokens], difference[batch.rows] = shares, change
            sums = [batch.grouped(shares, group).sum(1) for group in batch.groups]
            gap[batch.rows] = torch.cat(sums) - change
            numbers[batch.rows] = count
        differs = difference.abs() > 0
        scale = difference[differs].abs().mean() if differs.any() else torch.zeros(())
        closed = gap.abs() <= tolerance * scale
        pending, count = (~closed).nonzero().flatten().cpu(), 2 * count
        if count > points[1]:
            break
    return Attributions(values, difference, gap, numbers, closed)


def _integrate(
    network: CrabNet, batch: Batch, baseline: Tensor, points: int
) -> tuple[Tensor, Tensor]:
    """Return attributions (tokens,) and F(x) - F(baseline) (compounds,) of one batch in float64."""
    with torch.no_grad():
        chord = Chord(network.encode_fraction(baseline), network.encode_fraction(batch.fractions))
    nodes, weights = np.polynomial.legendre.leggauss(points)
    with replaced_encoding(network, chord):
        values = torch.zeros_like(batch.fractions, dtype=torch.float64)
        for node, weight in zip((1 + nodes) / 2, weights / 2, strict=True):
            shares = torch.full_like(batch.fractions, node).requires_grad_()
            total = network(replace(batch, fractions=shares)).value.sum()
            values += weight * torch.autograd.grad(total, shares)[0].double()
        with torch.no_grad():
            end, start = (
                network(replace(batch, fractions=torch.full_like(batch.fractions, share))).value
                for share in (1.0, 0.0)
            )
    return values, end.double() - start.double()


@contextmanager
def replaced_encoding(network: CrabNet, encoding: nn.Module) -> Iterator[None]:
    """Give the network another encoding of the fractions inside the block."""
    original = network.encode_fraction
    network.add_module("encode_fraction", encoding)
    try:
        yield
    finally:
        network.add_module("encode_fraction", original)
