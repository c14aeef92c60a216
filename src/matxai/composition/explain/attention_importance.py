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
    return (weights.sum(-2) - weights.diagonal(dim1=-2, dim2=-1)) / (weights.shape[-1] - 1)


def attention_rollout(layers: list[Tensor]) -> Tensor:
    """Follow the weights (..., heads, query, key) through all layers: (..., key).

    Heads are averaged, half of each layer is the residual connection (the identity), and the layers are
    multiplied (Abnar & Zuidema 2020, ACL, arXiv:2005.00928). The result is averaged over the outputs, as
    the network averages over the elements.
    """
    identity = torch.eye(layers[0].shape[-1]).to(layers[0])
    through = identity
    for weights in layers:
        through = (weights.mean(-3) + identity) / 2 @ through
    return attention_received(through)
