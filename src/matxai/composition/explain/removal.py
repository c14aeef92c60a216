"""Change of a prediction when an element is removed from the compound (occlusion).

Zeiler & Fergus 2014 (ECCV, arXiv:1311.2901) cover parts of an image; here an element is left out and the
fractions of the rest are normalised again. A binary compound leaves a pure element, which a network may
never have seen in training.
"""

import torch
from torch import Tensor, nn

from matxai.composition.network.batch import Compounds
from matxai.composition.network.predict import predict


def removal(network: nn.Module, compounds: Compounds, amounts: Tensor) -> Tensor:
    """Subtract from each prediction that of the compound without one of its elements.

    The differences (tokens,) are in the standardised unit of the target. New fractions are computed from
    ``amounts`` (tokens,), both float64: the rounding of the old ones may move a new one to the next row of
    the encoding.

    Raises:
        ValueError: If a compound has a single element, without which nothing is left.
    """
    rest = leave_one_out(compounds, amounts)
    whole, without = (predict(network, each)[0].double() for each in (compounds, rest))
    return whole.repeat_interleave(compounds.counts) - without


def leave_one_out(compounds: Compounds, amounts: Tensor) -> Compounds:
    """Return, for every element of every compound in their order, the compound without this element.

    Raises:
        ValueError: If a compound has a single element, without which nothing is left.
    """
    if (compounds.counts < 2).any():
        raise ValueError("a compound of one element has no prediction without it")
    device = compounds.elements.device
    counts = compounds.counts.repeat_interleave(compounds.counts)  # of each element's compound
    removed = torch.arange(len(counts), device=device).repeat_interleave(counts)
    first = compounds.offsets[:-1].repeat_interleave(compounds.counts)
    pairs = counts.cumsum(0) - counts
    place = torch.arange(len(removed), device=device) + (first - pairs)[removed]
    place = place[place != removed]
    ends = torch.cat([counts.new_zeros(1), (counts - 1).cumsum(0)])
    rest = Compounds(compounds.elements[place], compounds.fractions[place], ends)
    return rest.with_amounts(amounts[place])
