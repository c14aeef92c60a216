"""Attention that each element of a compound receives.

Whether attention explains a prediction is disputed (Jain & Wallace 2019, NAACL, arXiv:1902.10186;
Wiegreffe & Pinter 2019, EMNLP, arXiv:1908.04626); `faithfulness` measures it.
"""

from __future__ import annotations

import torch
from torch import Tensor


def attention_received(weights: Tensor) -> Tensor:
    """Average weights (..., query, key) over all queries: (..., key)."""
    return weights.mean(-2)


def attention_from_others(weights: Tensor) -> Tensor:
    """Average weights (..., query, key) over the queries of the other elements: (..., key)."""
    size = weights.shape[-1]
    return (weights.sum(-2) - weights.diagonal(dim1=-2, dim2=-1)) / (size - 1)


def attention_rollout(layers: list[Tensor]) -> Tensor:
    """Follow attention through all layers (Abnar & Zuidema 2020, ACL, arXiv:2005.00928).

    Heads are averaged, half of each layer is the residual connection (the identity), and the layers are
    multiplied. The result is averaged over the outputs, as the network averages over the elements.

    Args:
        layers: Weights (..., heads, query, key) of each layer.

    Returns:
        Rollout (..., key).
    """
    through = torch.eye(layers[0].shape[-1], dtype=layers[0].dtype, device=layers[0].device)
    for weights in layers:
        through = (weights.mean(-3) + torch.eye(through.shape[-1]).to(weights)) / 2 @ through
    return attention_received(through)
