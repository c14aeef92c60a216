"""What drives a one-step network's predictions: the general methods, applied in physical terms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import Tensor, nn

from matxai.attribution import integrated_gradients as ig
from matxai.attribution import saliency as sal
from matxai.attribution.permutation import permutation_importance
from matxai.constitutive.laws import Law
from matxai.constitutive.model_file import Card, Scales, target_of
from matxai.constitutive.prediction import predict
from matxai.constitutive.settings import Explain
from matxai.metrics import r2

Array = npt.NDArray[np.float64]
GATE = 1e-6
BASELINES = ("zero state", "training mean")


def explained(network: nn.Module, scales: Scales, table: pd.DataFrame, trained_r2: float) -> Tensor:
    """Standardised inputs (rows, features) of the test steps, once it is sure what is explained.

    Raises:
        ArithmeticError: the R2 on these steps is not that of the training summary, so that not the
            trained network on its own test data would be explained.
    """
    own = r2(target_of(table, scales.target), predict(network, scales, table))
    if not math.isclose(own, trained_r2, rel_tol=0, abs_tol=GATE):
        raise ArithmeticError(
            f"the network to be explained has an R2 of {own:.8f} on the test steps, its summary says "
            f"{trained_r2:.8f}: features, scales or data are not those of the training; evaluate again"
        )
    return scales.inputs(table).to(next(network.parameters()).device)


def permutation(
    network: nn.Module, card: Card, law: Law, table: pd.DataFrame, x: Tensor, settings: Explain
) -> pd.DataFrame:
    """Loss of R2 when features, and groups of features that move together, are permuted.

    Columns kind ("feature" or "group"), name, members, drop, ci_low, ci_high, base_r2, repeats, rows.
    """
    features = card.scales.features
    groups = {name: [place] for place, name in enumerate(features)}
    for name, members in law.groups.items():
        places = [features.index(member) for member in members if member in features]
        if len(places) > 1:
            groups[name] = places
    table_of = permutation_importance(
        network,
        x,
        card.scales.standardised(table).to(x.device),
        groups,
        table["path"].to_numpy(),
        repeats=settings.repeats,
        seed=card.seed,
    )
    kinds = ["feature" if name in features else "group" for name in table_of["name"]]
    together = [", ".join(features[i] for i in groups[name]) for name in table_of["name"]]
    table_of.insert(0, "kind", kinds)
    table_of.insert(2, "members", together)
    return table_of


def saliency(
    gradients: Tensor, card: Card, table: pd.DataFrame, units: Mapping[str, str]
) -> pd.DataFrame:
    """Mean |d target / d feature|, per standard deviations and in physical units.

    ``gradients`` (rows, features) of the standardised network; ``units`` names that of each feature
    and, under "stress", that of the target.
    """
    scales = card.scales
    found = sal.saliency(
        gradients,
        table["path"].to_numpy(),
        scales.features,
        input_scale=np.asarray(scales.std),
        output_scale=scales.target_std,
        seed=card.seed,
    )
    stress = units["stress"]
    per = {name: f"{stress}/{units[name]}" if units[name] else stress for name in scales.features}
    # MPa/MPa is a pure number.
    return found.assign(
        unit=["" if units[name] == stress else per[name] for name in scales.features]
    )


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
    network: nn.Module, card: Card, law: Law, table: pd.DataFrame, x: Tensor, settings: Explain
) -> pd.DataFrame:
    """Mean |attribution| a feature and baseline, in the unit of the target.

    Columns baseline, name, mean_absolute, ci_low, ci_high, signed_mean, convergence_mean,
    convergence_max (|delta| relative to the mean change of the prediction).

    Raises:
        ArithmeticError: the integral has not converged to ``settings.tolerance``.
    """
    tables = []
    for name in BASELINES:
        start = baseline(card.scales, law, name).to(x.device)
        shares, delta = ig.integrated_gradients(network, x, start, steps=settings.integration_steps)
        error = ig.check_convergence(delta, shares, settings.tolerance)
        table_of = ig.summary(
            shares,
            table["path"].to_numpy(),
            card.scales.features,
            output_scale=card.scales.target_std,
            seed=card.seed,
        )
        table_of.insert(0, "baseline", name)
        tables.append(table_of.assign(convergence_mean=error["mean"], convergence_max=error["max"]))
    return pd.concat(tables, ignore_index=True)


def comparison(
    permutation: pd.DataFrame, saliency: pd.DataFrame, integrated: pd.DataFrame
) -> pd.DataFrame:
    """The three measures side by side, each relative to its own largest.

    Columns feature, method, value, ci_low, ci_high, relative, relative_low, relative_high. Of integrated
    gradients the baseline "zero state" is taken.
    """
    singles = permutation[permutation["kind"] == "feature"]
    zero = integrated[integrated["baseline"] == BASELINES[0]]
    tables = []
    for method, table, column in (
        ("permutation: loss of R²", singles, "drop"),
        ("saliency, standardised", saliency, "standardised"),
        ("integrated gradients, from zero state", zero, "mean_absolute"),
    ):
        found = table[["name", column, "ci_low", "ci_high"]].set_axis(
            ["feature", "value", "ci_low", "ci_high"], axis=1
        )
        found.insert(1, "method", method)
        largest = found["value"].max()
        for before, after in (
            ("value", "relative"),
            ("ci_low", "relative_low"),
            ("ci_high", "relative_high"),
        ):
            found[after] = found[before] / largest
        tables.append(found)
    return pd.concat(tables, ignore_index=True)


def explain_summary(
    card: Card,
    summary: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    settings: Mapping[str, Any],
) -> dict[str, Any]:
    """What stands in explain_summary.json, JSON-plain; the tables are those beside the figures."""
    drops = tables["permutation_importance"]
    return {
        "law": card.law,
        "feature_names": card.scales.features,
        "target": card.scales.target,
        "base_r2": float(drops["base_r2"].iloc[0]),
        "summary_r2": summary["r2"],
        "n_samples": int(drops["rows"].iloc[0]),
        "n_paths": summary["test_paths"],
        "seed": card.seed,
        "settings": dict(settings),
        **{name: _records(table) for name, table in tables.items()},
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    # JSON knows no NaN: an unknown number is null.
    plain = table.astype(object).where(table.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]
