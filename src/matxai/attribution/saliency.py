"""Saliency: the mean size of a network's gradient with respect to each of its inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import Tensor

from matxai.statistics.bootstrap import mean_interval

Array = npt.NDArray[np.float64]


def gradients(network: Callable[[Tensor], Tensor], x: Tensor, batch_rows: int = 8192) -> Tensor:
    """d output / d input (rows, features) at ``x`` (rows, features), in the precision of ``x``.

    The network gives one number a row, each of that row alone (so no batch statistics): then the
    gradient of the sum of the outputs holds that of every one of them.
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
    input_scale: Array,
    output_scale: float,
    seed: int,
) -> pd.DataFrame:
    """Mean |gradient| a feature (Simonyan, Vedaldi & Zisserman 2014), 95 % intervals over clusters.

    Parameters
    ----------
    gradients
        (rows, features) of the standardised output with respect to standardised inputs.
    clusters
        (rows,) to which path a row belongs.
    input_scale, output_scale
        Physical value of one standardised unit of each input (features,) and of the output. An
        input of scale 0 never varied: its physical gradient is unknown, NaN.

    Returns
    -------
    pd.DataFrame
        Columns name, standardised, ci_low, ci_high, the same per physical unit (physical,
        physical_ci_low, physical_ci_high), and signed_mean (standardised).
    """
    values = gradients.detach().cpu().numpy().astype(np.float64)
    mean, low, high = mean_interval(np.abs(values), clusters, seed=seed)
    scale = np.asarray(input_scale, dtype=np.float64)
    unit = output_scale / np.where(scale > 0, scale, np.nan)
    return pd.DataFrame(
        {
            "name": list(names),
            "standardised": mean,
            "ci_low": low,
            "ci_high": high,
            "physical": mean * unit,
            "physical_ci_low": low * unit,
            "physical_ci_high": high * unit,
            "signed_mean": values.mean(axis=0),
        }
    )
