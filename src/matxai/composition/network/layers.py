"""Self-attention and the transformer encoder over batches of compounds.

This is the post-norm encoder of Vaswani et al. 2017 as CrabNet uses it (Wang et al. 2021, npj Comput.
Mater. 7:77). It returns the weights of every head, which the fused layers of torch do not.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from matxai.composition.network.batch import Batch


class SelfAttention(nn.Module):
    """Multi-head scaled dot-product attention among the elements of each compound."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        if width % heads:
            raise ValueError(f"width {width} is not divisible by {heads} heads")
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.project = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        nn.init.xavier_uniform_(self.project.weight)
        nn.init.zeros_(self.project.bias)
        nn.init.zeros_(self.out.bias)

    def projected(self, tokens: Tensor) -> Tensor:
        """Return query, key and value of tokens (tokens, width): (tokens, 3, heads, width / heads)."""
        return self.project(tokens).unflatten(-1, (3, self.heads, -1))

    def forward(self, tokens: Tensor, batch: Batch) -> tuple[Tensor, list[Tensor]]:
        """Return new tokens (tokens, width), and the weights (compounds, heads, query, key) of each group.

        The weights are those before dropout, so that every row adds up to 1.
        """
        projected = self.projected(tokens)
        contexts, weights = [], []
        for group in batch.groups:
            query, key, value = batch.grouped(projected, group).permute(2, 0, 3, 1, 4)
            scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])
            attention = scores.softmax(-1)
            weights.append(attention)
            context = F.dropout(attention, self.dropout, self.training) @ value
            contexts.append(context.transpose(1, 2).flatten(2).flatten(0, 1))
        return self.out(torch.cat(contexts)), weights


class EncoderLayer(nn.Module):
    """Attention and a ReLU feed-forward network, each added back and normalised (post-norm).

    Dropout acts on the attention weights and on what each half adds. torch's layer has a third dropout
    inside the feed-forward network, which would draw two thirds of all random numbers and brought no
    accuracy.
    """

    def __init__(self, width: int, heads: int, feedforward: int, dropout: float) -> None:
        super().__init__()
        self.attention = SelfAttention(width, heads, dropout)
        self.expand = nn.Linear(width, feedforward)
        self.contract = nn.Linear(feedforward, width)
        self.norm_attention, self.norm_feedforward = nn.LayerNorm(width), nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens: Tensor, batch: Batch) -> tuple[Tensor, list[Tensor]]:
        """Return new tokens (tokens, width), and the attention weights of each group."""
        context, weights = self.attention(tokens, batch)
        tokens = self.norm_attention(tokens + self.dropout(context))
        hidden = self.contract(self.expand(tokens).relu())
        return self.norm_feedforward(tokens + self.dropout(hidden)), weights
