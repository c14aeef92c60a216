"""Saliency: the mean magnitude of a network's gradient with respect to each of its inputs."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import Tensor

from matxai.attribution.integrated_gradients import summary


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
