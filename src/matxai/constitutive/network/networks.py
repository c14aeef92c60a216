"""The two networks of the line: a one-step perceptron and a recurrent network over a whole path."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

ACTIVATIONS: dict[str, type[nn.Module]] = {"silu": nn.SiLU, "relu": nn.ReLU}
# Directions of the inputs with a smaller share of the largest variance are not amplified further.
_FLOOR = 1e-6
_NOTHING = 1e-12


def whitening(inputs: Tensor) -> Tensor:
    """Matrix W (features, features) that makes the rows of ``inputs`` (rows, features) uncorrelated.

    W = V diag(1 / sqrt(lambda)) with the eigenvectors of their covariance. A strain and its previous
    value are nearly equal, yet their difference drives the step: here it becomes an input of its own
    at unit scale. Directions that do not vary at all are mapped to zero.
    """
    covariance = np.atleast_2d(np.cov(inputs.double().cpu().numpy(), rowvar=False))
    variances, vectors = np.linalg.eigh(covariance)
    largest = variances.max()
    scales = 1 / np.sqrt(np.maximum(variances, _FLOOR * largest))
    return torch.from_numpy(vectors * np.where(variances > _NOTHING * largest, scales, 0.0)).float()


class Perceptron(nn.Module):
    """Standardised features of a step (rows, features) to a standardised prediction (rows,).

    ``mixing``: a fixed matrix applied to the features first (see `whitening`); None for none, as in the
    published networks, whose weights carry the same names (``net.0.weight`` ...).
    """

    def __init__(
        self, features: int, hidden: int, depth: int, activation: str, mixing: Tensor | None = None
    ) -> None:
        super().__init__()
        self.mixing: Tensor | None
        self.register_buffer("mixing", mixing)
        widths = [features] + depth * [hidden]
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            layers += [nn.Linear(before, after), ACTIVATIONS[activation]()]
        self.net = nn.Sequential(*layers, nn.Linear(hidden, 1))

    def forward(self, x: Tensor) -> Tensor:
        if self.mixing is not None:
            x = x @ self.mixing
        return self.net(x).squeeze(-1)


class Recurrent(nn.Module):
    """Standardised histories (paths, steps, features) to standardised stresses (paths, steps)."""

    def __init__(self, features: int, hidden: int, cell: str) -> None:
        super().__init__()
        kind = {"lstm": nn.LSTM, "gru": nn.GRU}[cell]
        self.cell: nn.LSTM | nn.GRU = kind(features, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 1)

    def forward(self, x: Tensor) -> Tensor:
        outputs, _ = self.cell(x)
        return self.head(outputs).squeeze(-1)

    @torch.no_grad()
    def states(self, x: Tensor) -> Tensor:
        """State that carries the memory, after each step (paths, steps, hidden).

        The cell state of an LSTM, the hidden state of a GRU; torch returns the first of them only
        for the last step, hence the loop.
        """
        state, found = None, []
        for step in x.split(1, dim=1):
            _, state = self.cell(step, state)
            carried = state[1] if isinstance(state, tuple) else state
            found.append(carried[0])
        return torch.stack(found, dim=1)
