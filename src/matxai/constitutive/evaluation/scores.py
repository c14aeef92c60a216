"""Scores of the networks on unseen paths: R2 by kind of step, step by step and in a closed loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from torch import nn

from matxai.constitutive.data.steps import ALL_STEPS
from matxai.constitutive.evaluation.predictions import predict_steps
from matxai.constitutive.laws import Law
from matxai.constitutive.network.model_file import StressNetworkMetadata
from matxai.constitutive.network.prediction import prescribed_variables
from matxai.statistics.regression import r2_interval, rmse


@dataclass(frozen=True)
class Evaluation:
    """Results on the test paths.

    Attributes:
        predictions: Table of `predictions.predict_steps`.
        accuracy: One row per network, quantity and kind of step: network, quantity, steps (kind), rows,
            paths, r2, ci_low, ci_high, rmse.
        summary: Content of summary.json.
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
    """Predict a table of test steps with both networks, each given with its metadata, and score them."""
    metadata = surrogate[1]
    scales = metadata.scales
    predictions = predict_steps(surrogate, recurrent, law, table)
    accuracy = _accuracy(predictions, scales.target, metadata.seed)
    summary = {
        "law": metadata.law,
        "features": scales.features,
        "target": scales.target,
        "seed": metadata.seed,
        "test_paths": int(table["path"].nunique()),
        "test_steps": len(table),
        **_key_scores(accuracy, scales.target),
        "closed_loop_given": prescribed_variables(scales, law),
    }
    return Evaluation(predictions, accuracy, summary)


def _accuracy(predictions: pd.DataFrame, target: str, seed: int) -> pd.DataFrame:
    columns = {
        ("one step", target): ("target", "predicted_target"),
        ("one step", "stress"): ("stress", "prediction"),
        ("closed loop", "stress"): ("stress", "closed_loop"),
        ("recurrent", "stress"): ("stress", "recurrent"),
    }
    kinds = predictions["group"]
    members = {ALL_STEPS: predictions} | {
        kind: predictions[kinds == kind] for kind in sorted(kinds.unique())
    }
    rows = []
    for (network, quantity), names in columns.items():
        for kind, table in members.items():
            true, predicted = (table[name].to_numpy(np.float64) for name in names)
            scores = r2_interval(true, predicted, table["path"], seed=seed)
            paths = table["path"].nunique()
            rows.append(
                (network, quantity, kind, len(table), paths, *scores, rmse(true, predicted))
            )
    header = ["network", "quantity", "steps", "rows", "paths", "r2", "ci_low", "ci_high", "rmse"]
    return pd.DataFrame(rows, columns=header)


def _key_scores(accuracy: pd.DataFrame, target: str) -> dict[str, float | None]:
    """Return the R2 that the summary states, None if it is not defined."""
    r2 = accuracy.set_index(["network", "quantity", "steps"])["r2"]
    scores = {
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
    return {name: float(value) if np.isfinite(value) else None for name, value in scores.items()}
