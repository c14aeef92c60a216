"""What a prediction loses when an element is taken out of the compound (occlusion).

Zeiler & Fergus 2014 (ECCV, arXiv:1311.2901) covered parts of an image; here an element is dropped, the
rest renormalised and predicted anew. What is left of a binary is a pure element, which a network may
never have seen in training.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from matxai.composition.network.batch import Compounds
from matxai.composition.network.fitting import predict


def removal(network: nn.Module, compounds: Compounds, amounts: Tensor | None = None) -> Tensor:
    """Prediction of each compound minus that without one of its elements: (tokens,) float64.

    ``amounts`` (tokens,) float64: what the fractions are taken of anew; default: the fractions, whose
    rounding may put a new one into the next row of the encoding. In the standardised unit of the target.

    Raises:
        ValueError: a compound has a single element, without which nothing is left.
    """
    given = compounds.fractions if amounts is None else amounts
    whole = _predicted(network, compounds).repeat_interleave(compounds.counts)
    return whole - _predicted(network, without_each(compounds, given.double()))


def without_each(compounds: Compounds, amounts: Tensor) -> Compounds:
    """For every element of every compound, in their order, the compound without it.

    Raises:
        ValueError: a compound has a single element, without which nothing is left.
    """
    if (compounds.counts < 2).any():
        raise ValueError("a compound of one element has no prediction without it")
    device = compounds.elements.device
    counts = compounds.counts.repeat_interleave(compounds.counts)  # of each element's compound
    gone = torch.arange(len(counts), device=device).repeat_interleave(counts)
    first = compounds.offsets[:-1].repeat_interleave(compounds.counts)
    pairs = counts.cumsum(0) - counts
    place = torch.arange(len(gone), device=device) + (first - pairs)[gone]
    place = place[place != gone]
    ends = torch.cat([counts.new_zeros(1), (counts - 1).cumsum(0)])
    rest = Compounds(compounds.elements[place], compounds.fractions[place], ends)
    return rest.with_amounts(amounts[place])


def _predicted(network: nn.Module, compounds: Compounds) -> Tensor:
    return predict(network, compounds)[0].double()
