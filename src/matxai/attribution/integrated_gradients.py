"""Integrated gradients, which distribute an output over the inputs.

The attribution of feature i is (x_i - b_i) times the mean of d f / d x_i on the straight line from the
baseline b to x. The attributions of a row add up to f(x) - f(b). (Sundararajan, Taly & Yan 2017, ICML
70:3319)
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from captum.attr import IntegratedGradients
from torch import Tensor

from matxai.run.progress import progress
from matxai.statistics.bootstrap import mean_interval


def integrated_gradients(
    network: Callable[[Tensor], Tensor],
    x: Tensor,
    baseline: Tensor,
    *,
    steps: int = 64,
    batch_rows: int = 16384,
) -> tuple[Tensor, Tensor]:
    """Compute the attributions of ``x`` (rows, features) by a Gauss-Legendre sum of ``steps`` points.

    The network returns one number per row, (rows,) or (rows, 1), which depends on this row alone. Each path
    starts at ``baseline`` (features,). At most ``batch_rows`` points times rows are held in memory.

    Returns:
        Attributions (rows, features), and their delta (rows,): the sum of a row minus f(x) - f(baseline).
    """
    # captum differentiates the outputs one by one. As each depends on its own row alone, the gradient of
    # their sum is the same, and takes a fraction of the time.
    attribute = IntegratedGradients(lambda inputs: network(inputs).sum().reshape(1)).attribute
    delta_of = IntegratedGradients(network).compute_convergence_delta
    start = baseline.detach()[None]
    attributions, deltas = [], []
    batches = x.detach().split(max(1, batch_rows // steps))
    for part in progress(batches, "integrated gradients, batches"):
        shares = attribute(part, start, n_steps=steps, method="gausslegendre").detach()
        attributions.append(shares)
        deltas.append(delta_of(shares, start, part).detach())
    return torch.cat(attributions), torch.cat(deltas)


def summary(
    attributions: Tensor,
    clusters: npt.ArrayLike,
    names: Sequence[str],
    *,
    output_scale: float,
    seed: int,
) -> pd.DataFrame:
    """Summarise attributions (rows, features) by feature, with 95 % intervals over clusters (rows,).

    ``output_scale`` is the physical value of one unit of the network's output.

    Returns:
        Table with the columns name, mean_absolute, ci_low, ci_high, signed_mean, in the physical unit.
    """
    values = attributions.detach().cpu().numpy().astype(np.float64) * output_scale
    mean, low, high = mean_interval(np.abs(values), clusters, seed=seed)
    columns = {"name": list(names), "mean_absolute": mean, "ci_low": low, "ci_high": high}
    return pd.DataFrame({**columns, "signed_mean": values.mean(axis=0)})


def check_convergence(
    delta: Tensor, attributions: Tensor, tolerance: float = 0.01
) -> dict[str, float]:
    """Return the mean and the largest |delta|, relative to the mean |f(x) - f(baseline)|.

    Raises:
        ArithmeticError: If the mean exceeds ``tolerance`` or is not a number.
    """
    errors = delta.cpu().double()
    difference = (attributions.cpu().double().sum(dim=1) - errors).abs().mean().item()
    mean, largest = errors.abs().mean().item(), errors.abs().max().item()
    if not mean <= tolerance * difference:
        raise ArithmeticError(
            "integrated gradients have not converged: they miss the change of the output by "
            f"{mean:.3g} in the mean, of {difference:.3g} (allowed: {tolerance:.2%}): "
            "raise explain.integration_steps"
        )
    scale = difference if difference > 0 else 1.0
    return {"mean": mean / scale, "max": largest / scale, "tolerance": tolerance}
