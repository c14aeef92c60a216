"""How much of a compound's attention each element receives.

Whether that explains a prediction is disputed (Jain & Wallace 2019, NAACL, arXiv:1902.10186; Wiegreffe &
Pinter 2019, EMNLP, arXiv:1908.04626): `matxai.composition.explain.rank_agreement` asks.
"""

from __future__ import annotations

import torch
from torch import Tensor


def received(weights: Tensor) -> Tensor:
    """(..., query, key) weights -> (..., key): the mean over all queries."""
    return weights.mean(-2)


def received_from_others(weights: Tensor) -> Tensor:
    """(..., query, key) weights -> (..., key): the mean over the queries of the other elements."""
    size = weights.shape[-1]
    return (weights.sum(-2) - weights.diagonal(dim1=-2, dim2=-1)) / (size - 1)


def rollout(layers: list[Tensor]) -> Tensor:
    """Attention followed through all layers: [layer] (..., heads, query, key) -> (..., key).

    Heads are averaged, half of each layer is the skip past it (the identity), the layers are multiplied
    (Abnar & Zuidema 2020, ACL, arXiv:2005.00928), and what each element gives to the outputs is averaged
    over them, as the network averages over the elements.
    """
    through = torch.eye(layers[0].shape[-1], dtype=layers[0].dtype, device=layers[0].device)
    for weights in layers:
        through = (weights.mean(-3) + torch.eye(through.shape[-1]).to(weights)) / 2 @ through
    return received(through)
