"""Saliency and integrated gradients, which explain a network by its derivatives.

Saliency is the mean magnitude of the gradient with respect to each input. Integrated gradients distribute
an output over the inputs: the attribution of feature i is (x_i - b_i) times the mean of d f / d x_i on the
straight line from the baseline b to x. The attributions of a row add up to f(x) - f(b). (Sundararajan,
Taly & Yan 2017, ICML 70:3319)
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


def gradients(network: Callable[[Tensor], Tensor], x: Tensor, batch_rows: int = 8192) -> Tensor:
    """Compute d output / d input (rows, features) at ``x`` (rows, features), in the precision of ``x``.

    The network returns one number per row, which depends on this row alone. The gradient of the sum of the
    outputs then contains that of every output.
    """
    parts = []
    with torch.enable_grad():
        for part in x.detach().split(batch_rows):
            inputs = part.clone().requires_grad_()
            parts.append(torch.autograd.grad(network(inputs).sum(), inputs)[0])
    return torch.cat(parts)


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


def saliency(
    gradients: Tensor,
    clusters: npt.ArrayLike,
    names: Sequence[str],
    *,
    input_scale: npt.ArrayLike,
    output_scale: float,
    seed: int,
) -> pd.DataFrame:
    """Summarise the mean |gradient| of each feature (Simonyan, Vedaldi & Zisserman 2014).

    ``gradients`` (rows, features) are those of the standardised output by standardised inputs. The 95 %
    intervals are over paths, ``clusters`` (rows,). The scales of the inputs (features,) and of the output
    are the physical values of one standardised unit. An input of scale 0 never varied, so that its
    physical gradient is unknown: NaN.

    Returns:
        Table with the columns name, standardised, ci_low, ci_high; the same per physical unit as physical,
        physical_ci_low, physical_ci_high; signed_mean (standardised).
    """
    table = summary(gradients, clusters, names, output_scale=1.0, seed=seed)
    scale = np.asarray(input_scale, dtype=np.float64)
    unit = output_scale / np.where(scale > 0, scale, np.nan)
    physical = table[["mean_absolute", "ci_low", "ci_high"]].mul(unit, axis=0)
    physical.columns = ["physical", "physical_ci_low", "physical_ci_high"]
    signed = table.pop("signed_mean")
    return table.rename(columns={"mean_absolute": "standardised"}).join([physical, signed])


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
