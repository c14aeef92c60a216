"""Permutation importance, saliency and integrated gradients of a one-step network, in physical terms."""

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from matxai.attribution import gradients as methods
from matxai.attribution.permutation import permutation_importance
from matxai.constitutive.explain.summary import BASELINES
from matxai.constitutive.laws import LAWS, Law
from matxai.constitutive.network.model_file import Network, Scales, target_of
from matxai.constitutive.network.prediction import predict
from matxai.constitutive.settings.explain import ExplainSurrogate
from matxai.statistics.regression import r2

TOLERANCE = 1e-6  # of the R2, between evaluation and explanation


def verified_inputs(
    network: nn.Module, scales: Scales, table: pd.DataFrame, trained_r2: float
) -> Tensor:
    """Return the standardised inputs (rows, features) of the test steps if the R2 on them is right.

    Raises:
        ArithmeticError: If the R2 is not that of the summary, so that not the trained network on its own
            test data would be explained.
    """
    score = r2(target_of(table, scales.target), predict(network, scales, table))
    if not math.isclose(score, trained_r2, rel_tol=0, abs_tol=TOLERANCE):
        raise ArithmeticError(
            f"the network to be explained has an R2 of {score:.8f} on the test steps, its summary says "
            f"{trained_r2:.8f}: features, scales or data are not those of the training; evaluate again"
        )
    return scales.inputs(table).to(next(network.parameters()).device)


def permutation(
    surrogate: Network, table: pd.DataFrame, x: Tensor, settings: ExplainSurrogate
) -> pd.DataFrame:
    """Measure the loss of R2 when features, or groups of them, are permuted among the steps ``table``.

    ``x`` are the standardised inputs (rows, features) of the same steps.

    Returns:
        Table with the columns kind ("feature" or "group"), members, and those of
        `attribution.permutation.permutation_importance`.
    """
    network, metadata = surrogate
    features, target = metadata.scales.features, metadata.scales.standardised(table).to(x.device)
    groups = {name: [place] for place, name in enumerate(features)}
    for name, group in LAWS[metadata.law].groups.items():
        places = [features.index(member) for member in group if member in features]
        if len(places) > 1:
            groups[name] = places
    measures = permutation_importance(
        network, x, target, groups, table["path"], repeats=settings.repeats, seed=metadata.seed
    )
    measures.insert(0, "kind", ["feature" if name in features else "group" for name in groups])
    members = [", ".join(features[i] for i in places) for places in groups.values()]
    measures.insert(2, "members", members)
    return measures


def saliency(
    gradients: Tensor, scales: Scales, table: pd.DataFrame, units: Mapping[str, str], *, seed: int
) -> pd.DataFrame:
    """Summarise the mean |d target / d feature|, per standard deviation and in physical units.

    ``gradients`` (rows, features) are those of the standardised network at the steps ``table``; ``units``
    has that of each feature and, under "stress", of the target.

    Returns:
        Table of `attribution.gradients.saliency` with the column unit (of the physical gradient).
    """
    names, paths = scales.features, table["path"]
    measures = methods.saliency(
        gradients, paths, names, input_scale=scales.std, output_scale=scales.target_std, seed=seed
    )
    return measures.assign(unit=[_quotient(units["stress"], units[name]) for name in names])


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
    mean, std = np.asarray(scales.mean), np.asarray(scales.std)
    material = np.isin(scales.features, law.parameters)
    moved = ~material & (std > 0) if name == "zero state" else np.zeros_like(material)
    return torch.from_numpy(np.divide(-mean, std, out=np.zeros_like(std), where=moved)).float()


def integrated_gradients(
    surrogate: Network, table: pd.DataFrame, x: Tensor, settings: ExplainSurrogate
) -> pd.DataFrame:
    """Summarise the mean |attribution| of each feature for each baseline.

    Returns:
        Table with the columns baseline, name; mean_absolute, ci_low, ci_high, signed_mean in the unit of
        the target; convergence_mean, convergence_max (|delta| relative to the mean change of the
        prediction).

    Raises:
        ArithmeticError: If the integral has not converged to ``settings.tolerance``.
    """
    network, metadata = surrogate
    scales, paths, tables = metadata.scales, table["path"], []
    for name in BASELINES:
        start = baseline(scales, LAWS[metadata.law], name).to(x.device)
        shares, delta = methods.integrated_gradients(
            network, x, start, steps=settings.integration_steps
        )
        error = methods.check_convergence(delta, shares, settings.tolerance)
        measures = methods.summary(
            shares, paths, scales.features, output_scale=scales.target_std, seed=metadata.seed
        )
        measures.insert(0, "baseline", name)
        tables.append(measures.assign(convergence_mean=error["mean"], convergence_max=error["max"]))
    return pd.concat(tables, ignore_index=True)
