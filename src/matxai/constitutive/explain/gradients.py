"""Saliency and integrated gradients of a one-step network, in physical terms."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from matxai.attribution import integrated_gradients as ig
from matxai.attribution import saliency as sal
from matxai.constitutive.data.laws import Law
from matxai.constitutive.explain.summary import BASELINES
from matxai.constitutive.network.model_file import Scales, StressNetworkMetadata
from matxai.constitutive.settings.explain import ExplainSurrogate


def saliency(
    gradients: Tensor,
    metadata: StressNetworkMetadata,
    table: pd.DataFrame,
    units: Mapping[str, str],
) -> pd.DataFrame:
    """Mean |d target / d feature|, per standard deviations and in physical units.

    ``gradients`` (rows, features) of the standardised network; ``units`` names that of each feature
    and, under "stress", that of the target.
    """
    scales = metadata.scales
    found = sal.saliency(
        gradients,
        table["path"].to_numpy(),
        scales.features,
        input_scale=np.asarray(scales.std),
        output_scale=scales.target_std,
        seed=metadata.seed,
    )
    per = [_quotient(units["stress"], units[name]) for name in scales.features]
    return found.assign(unit=per)


def _quotient(above: str, below: str) -> str:
    """The unit of a quotient; "" is that of a pure number."""
    if not below or above == below:
        return above if not below else ""
    return f"{above}/({below})" if "·" in below else f"{above}/{below}"


def baseline(scales: Scales, law: Law, name: str) -> Tensor:
    """Standardised inputs (features,) that integrated gradients start from.

    "zero state": every feature zero, the material that of the training mean, since no material has
    zero moduli. "training mean": every feature at its mean.
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
    """Mean |attribution| a feature and baseline, in the unit of the target.

    Columns baseline, name, mean_absolute, ci_low, ci_high, signed_mean, convergence_mean,
    convergence_max (|delta| relative to the mean change of the prediction).

    Raises:
        ArithmeticError: the integral has not converged to ``settings.tolerance``.
    """
    tables = []
    for name in BASELINES:
        start = baseline(metadata.scales, law, name).to(x.device)
        shares, delta = ig.integrated_gradients(network, x, start, steps=settings.integration_steps)
        error = ig.check_convergence(delta, shares, settings.tolerance)
        table_of = ig.summary(
            shares,
            table["path"].to_numpy(),
            metadata.scales.features,
            output_scale=metadata.scales.target_std,
            seed=metadata.seed,
        )
        table_of.insert(0, "baseline", name)
        tables.append(table_of.assign(convergence_mean=error["mean"], convergence_max=error["max"]))
    return pd.concat(tables, ignore_index=True)
