"""How well the networks predict unseen paths: R2 by kind of step, closed loop, residuals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from torch import nn

from matxai.constitutive.data.laws import Law
from matxai.constitutive.data.step_kinds import ALL_STEPS, groups_of
from matxai.constitutive.network.model_file import StressNetworkMetadata, target_of
from matxai.constitutive.network.prediction import (
    closed_loop,
    given,
    predict,
    predict_history,
    stress_of,
)
from matxai.statistics.regression import r2_interval, rmse

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Evaluation:
    """Results on the test paths.

    ``predictions``: path, step, time, strain, stress, plastic (if known), target, predicted_target,
    prediction (stress, teacher-forced), closed_loop (stress), recurrent (stress), group.
    ``accuracy``: network, quantity, steps (group), rows, paths, r2, ci_low, ci_high, rmse.
    ``summary``: what stands in summary.json.
    """

    predictions: pd.DataFrame
    accuracy: pd.DataFrame
    summary: dict[str, Any]


def evaluate(
    surrogate: tuple[nn.Module, StressNetworkMetadata],
    recurrent: tuple[nn.Module, StressNetworkMetadata],
    law: Law,
    table: pd.DataFrame,
) -> Evaluation:
    """Predict a table of test steps with both networks, (network, metadata) each, and score them."""
    network, metadata = surrogate
    scales = metadata.scales
    target, predicted = target_of(table, scales.target), predict(network, scales, table)
    kept = ["path", "step", "time", "strain", "stress"]
    predictions = table[kept].assign(
        group=groups_of(table),
        target=target,
        predicted_target=predicted,
        prediction=stress_of(predicted, scales, table),
        closed_loop=closed_loop(network, scales, law, table),
        recurrent=predict_history(recurrent[0], recurrent[1].scales, table),
    )
    accuracy = _accuracy(predictions, scales.target, metadata.seed)
    summary = {
        "law": metadata.law,
        "features": scales.features,
        "target": scales.target,
        "seed": metadata.seed,
        "test_paths": int(table["path"].nunique()),
        "test_steps": len(table),
        **_figures(accuracy, scales.target),
        "closed_loop_given": given(scales, law),
    }
    return Evaluation(predictions, accuracy, summary)


def _accuracy(predictions: pd.DataFrame, target: str, seed: int) -> pd.DataFrame:
    stress = predictions["stress"]
    series = {
        ("one step", target): (predictions["target"], predictions["predicted_target"]),
        ("one step", "stress"): (stress, predictions["prediction"]),
        ("closed loop", "stress"): (stress, predictions["closed_loop"]),
        ("recurrent", "stress"): (stress, predictions["recurrent"]),
    }
    groups = predictions["group"]
    masks = {ALL_STEPS: np.ones(len(groups), bool)} | {
        name: (groups == name).to_numpy() for name in sorted(groups.unique())
    }
    rows = []
    for (network, quantity), (true, predicted) in series.items():
        for name, mask in masks.items():
            y, estimate = (values.to_numpy(np.float64)[mask] for values in (true, predicted))
            path = predictions["path"].to_numpy()[mask]
            value, low, high = r2_interval(y, estimate, path, seed=seed)
            error = rmse(y, estimate)
            count = len(np.unique(path))
            rows.append((network, quantity, name, int(mask.sum()), count, value, low, high, error))
    columns = ["network", "quantity", "steps", "rows", "paths", "r2", "ci_low", "ci_high", "rmse"]
    return pd.DataFrame(rows, columns=columns)


def _figures(accuracy: pd.DataFrame, target: str) -> dict[str, float | None]:
    r2 = accuracy.set_index(["network", "quantity", "steps"])["r2"]
    found = {
        "r2": r2["one step", target, ALL_STEPS],
        **{
            f"r2_{kind}": r2["one step", target, f"{kind} step"]
            for kind in ("elastic", "plastic")
            if ("one step", target, f"{kind} step") in r2.index
        },
        "r2_stress": r2["one step", "stress", ALL_STEPS],
        "r2_closed_loop": r2["closed loop", "stress", ALL_STEPS],
        "r2_recurrent": r2["recurrent", "stress", ALL_STEPS],
    }
    return {name: float(value) if np.isfinite(value) else None for name, value in found.items()}


def one_path(predictions: pd.DataFrame) -> pd.DataFrame:
    """The steps of the path whose closed-loop error is the median one: neither the best nor worst."""
    error = (predictions["closed_loop"] - predictions["stress"]).abs()
    by_path = error.groupby(predictions["path"]).mean().sort_values(kind="stable")
    chosen = by_path.index[len(by_path) // 2]
    return predictions[predictions["path"] == chosen].reset_index(drop=True)
