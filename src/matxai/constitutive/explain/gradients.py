"""Saliency and integrated gradients of a one-step network, in physical terms."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from matxai.attribution import integrated_gradients as ig
from matxai.attribution import saliency as sal
from matxai.constitutive.explain.summary import BASELINES
from matxai.constitutive.laws import Law
from matxai.constitutive.network.model_file import Scales, StressNetworkMetadata
from matxai.constitutive.settings.explain import ExplainSurrogate


def saliency(
    gradients: Tensor,
    metadata: StressNetworkMetadata,
    table: pd.DataFrame,
    units: Mapping[str, str],
) -> pd.DataFrame:
    """Summarise the mean |d target / d feature|, per standard deviation and in physical units.

    Args:
        gradients: Gradients (rows, features) of the standardised network.
        metadata: What its model file says of it.
        table: Steps of these rows.
        units: Unit of each feature and, under "stress", of the target.

    Returns:
        Table of `attribution.saliency.saliency` with the column unit (of the physical gradient).
    """
    scales = metadata.scales
    measures = sal.saliency(
        gradients,
        table["path"].to_numpy(),
        scales.features,
        input_scale=np.asarray(scales.std),
        output_scale=scales.target_std,
        seed=metadata.seed,
    )
    quotients = [_quotient(units["stress"], units[name]) for name in scales.features]
    return measures.assign(unit=quotients)


def _quotient(above: str, below: str) -> str:
    """Return the unit of a quotient; "" is that of a pure number."""
    if not below or above == below:
        return above if not below else ""
    return f"{above}/({below})" if "·" in below else f"{above}/{below}"


def baseline(scales: Scales, law: Law, name: str) -> Tensor:
    """Return the standardised inputs (features,) from which integrated gradients start.

    In the "zero state", every feature is zero except for the material, which has the training mean
    because no material has zero moduli. In the "training mean", every feature is at its mean.
    """
    start = np.zeros(len(scales.features))
    if name == "zero state":
        for place, feature in enumerate(scales.features):
            if feature not in law.parameters and scales.std[place] > 0:
                start[place] = -scales.mean[place] / scales.std[place]
    return torch.from_numpy(start).float()


def integrated_gradients(
    network: nn.Module,
    metadata: StressNetworkMetadata,
    law: Law,
    table: pd.DataFrame,
    x: Tensor,
    settings: ExplainSurrogate,
) -> pd.DataFrame:
    """Summarise the mean |attribution| of each feature for each baseline.

    Returns:
        Table with the columns baseline, name; mean_absolute, ci_low, ci_high, signed_mean in the unit of
        the target; convergence_mean, convergence_max (|delta| relative to the mean change of the
        prediction).

    Raises:
        ArithmeticError: If the integral has not converged to ``settings.tolerance``.
    """
    tables = []
    for name in BASELINES:
        start = baseline(metadata.scales, law, name).to(x.device)
        shares, delta = ig.integrated_gradients(network, x, start, steps=settings.integration_steps)
        error = ig.check_convergence(delta, shares, settings.tolerance)
        measures = ig.summary(
            shares,
            table["path"].to_numpy(),
            metadata.scales.features,
            output_scale=metadata.scales.target_std,
            seed=metadata.seed,
        )
        measures.insert(0, "baseline", name)
        tables.append(measures.assign(convergence_mean=error["mean"], convergence_max=error["max"]))
    return pd.concat(tables, ignore_index=True)
