"""The networks of the line: a one-step perceptron, and a recurrent network over paths side by side."""

from itertools import pairwise

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

ACTIVATIONS: dict[str, type[nn.Module]] = {"silu": nn.SiLU, "relu": nn.ReLU}
# Shares of the largest variance: directions of the inputs below the first are not amplified further,
# and those below the second do not vary.
_FLOOR = 1e-6
_CONSTANT = 1e-12


def whitening(inputs: Tensor) -> Tensor:
    """Compute the matrix (features, features) that makes inputs (rows, features) uncorrelated.

    It is V diag(1 / sqrt(lambda)) with the eigenvectors V and eigenvalues lambda of their covariance. A
    strain and its previous value are nearly equal, but their difference drives the step; here it becomes
    an input of its own at unit scale. Directions that do not vary are mapped to zero.
    """
    covariance = np.atleast_2d(np.cov(inputs.double().cpu().numpy(), rowvar=False))
    variances, vectors = np.linalg.eigh(covariance)
    largest = variances.max()
    scales = 1 / np.sqrt(np.maximum(variances, _FLOOR * largest))
    scales[variances <= _CONSTANT * largest] = 0.0
    return torch.from_numpy(vectors * scales).float()


class Perceptron(nn.Module):
    """Network from standardised features (rows, features) of a step to a standardised target (rows,)."""

    def __init__(
        self, features: int, hidden: int, depth: int, activation: str, mixing: Tensor | None = None
    ) -> None:
        """Build ``depth`` layers of width ``hidden``.

        ``mixing`` is a fixed matrix that is applied to the features first (`whitening`). It is None in the
        published networks, whose weights have the same names (``net.0.weight`` and so on).
        """
        super().__init__()
        self.mixing: Tensor | None
        self.register_buffer("mixing", mixing)
        layers: list[nn.Module] = []
        for before, after in pairwise([features] + depth * [hidden]):
            layers += [nn.Linear(before, after), ACTIVATIONS[activation]()]
        self.net = nn.Sequential(*layers, nn.Linear(hidden, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Predict standardised targets (rows,)."""
        return self.net(x if self.mixing is None else x @ self.mixing).squeeze(-1)


class Recurrent(nn.Module):
    """Network from standardised histories (paths, steps, features) to standardised stresses."""

    def __init__(self, features: int, hidden: int, cell: str) -> None:
        """Build a layer of ``hidden`` LSTM or GRU units and a linear output."""
        super().__init__()
        kind = {"lstm": nn.LSTM, "gru": nn.GRU}[cell]
        self.cell: nn.LSTM | nn.GRU = kind(features, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Predict standardised stresses (paths, steps)."""
        return self.head(self.cell(x)[0]).squeeze(-1)

    @torch.no_grad()
    def states(self, x: Tensor) -> Tensor:
        """Return the state (paths, steps, hidden) that carries the memory after each step.

        It is the cell state of an LSTM and the hidden state of a GRU. torch returns the cell state for
        the last step only, hence the loop.
        """
        state, states = None, []
        for step in x.split(1, dim=1):
            _, state = self.cell(step, state)
            carried = state[1] if isinstance(state, tuple) else state
            states.append(carried[0])
        return torch.stack(states, dim=1)


class PathGrid:
    """Places of the steps of a table in an array (paths, steps, ...), short paths padded at their end.

    ``present`` (paths, steps) tells whether a place holds a step, and thus selects the rows from the array.
    """

    def __init__(self, table: pd.DataFrame) -> None:
        """Make the grid of a table whose rows are in order of path and step."""
        lengths = torch.tensor(table.groupby("path", sort=False).size().to_numpy())
        self.present = torch.arange(int(lengths.max())) < lengths[:, None]

    def pad(self, rows: Tensor) -> Tensor:
        """Put rows (rows, ...) side by side: (paths, steps, ...), zero where a path has ended."""
        padded = rows.new_zeros(*self.present.shape, *rows.shape[1:])
        padded[self.present] = rows
        return padded
