"""Predictions of the networks on unseen paths, and their R2 by kind of step."""

from typing import Any

import numpy as np
import pandas as pd

from matxai.constitutive.data.steps import ALL_STEPS, step_kinds
from matxai.constitutive.laws import LAWS
from matxai.constitutive.network import prediction
from matxai.constitutive.network.model_file import Network, target_of
from matxai.statistics.regression import r2_interval, rmse


def evaluate(
    surrogate: Network, recurrent: Network, table: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """Predict a table of test steps with both networks, and score the predictions.

    Returns:
        Predictions, one row per step: path, step, time, strain, stress, group (kind of step), target,
        predicted_target; the stress predicted from the true previous step (prediction), from the network's
        own past (closed_loop), and by the recurrent network (recurrent). Accuracy, one row per network,
        quantity and kind of step: network, quantity, steps (kind), rows, paths, r2, ci_low, ci_high, rmse.
        Content of summary.json.
    """
    network, metadata = surrogate
    law, scales, seed = LAWS[metadata.law], metadata.scales, metadata.seed
    predicted = prediction.predict(network, scales, table)
    predictions = table[["path", "step", "time", "strain", "stress"]].assign(
        group=step_kinds(table),
        target=target_of(table, scales.target),
        predicted_target=predicted,
        prediction=prediction.stress_of(predicted, scales, table),
        closed_loop=prediction.closed_loop(network, scales, law, table),
        recurrent=prediction.predict_history(recurrent[0], recurrent[1].scales, table),
    )
    accuracy = _accuracy(predictions, scales.target, seed)
    summary = {
        "law": metadata.law,
        "features": scales.features,
        "target": scales.target,
        "seed": seed,
        "test_paths": int(table["path"].nunique()),
        "test_steps": len(table),
        **_key_scores(accuracy, scales.target),
        "closed_loop_given": prediction.prescribed_variables(scales, law, table),
    }
    return predictions, accuracy, summary


def _accuracy(predictions: pd.DataFrame, target: str, seed: int) -> pd.DataFrame:
    columns = {
        ("one step", target): ("target", "predicted_target"),
        ("one step", "stress"): ("stress", "prediction"),
        ("closed loop", "stress"): ("stress", "closed_loop"),
        ("recurrent", "stress"): ("stress", "recurrent"),
    }
    members = {ALL_STEPS: predictions} | dict(iter(predictions.groupby("group")))
    rows = []
    for network, names in columns.items():
        for kind, table in members.items():
            true, predicted = (table[name].to_numpy(np.float64) for name in names)
            scores = r2_interval(true, predicted, table["path"], seed=seed)
            size = len(table), table["path"].nunique()
            rows.append((*network, kind, *size, *scores, rmse(true, predicted)))
    header = ["network", "quantity", "steps", "rows", "paths", "r2", "ci_low", "ci_high", "rmse"]
    return pd.DataFrame(rows, columns=header)


def _key_scores(accuracy: pd.DataFrame, target: str) -> dict[str, float | None]:
    """Return the R2 that the summary states, None if it is not defined."""
    r2 = accuracy.set_index(["network", "quantity", "steps"])["r2"]
    rows = {
        "r2": ("one step", target, ALL_STEPS),
        "r2_elastic": ("one step", target, "elastic step"),
        "r2_plastic": ("one step", target, "plastic step"),
        "r2_stress": ("one step", "stress", ALL_STEPS),
        "r2_closed_loop": ("closed loop", "stress", ALL_STEPS),
        "r2_recurrent": ("recurrent", "stress", ALL_STEPS),
    }
    scores = {name: r2[row] for name, row in rows.items() if row in r2.index}
    return {name: float(value) if np.isfinite(value) else None for name, value in scores.items()}


def typical_path(predictions: pd.DataFrame) -> pd.DataFrame:
    """Select the steps of the path whose mean closed-loop error is the median one."""
    error = (predictions["closed_loop"] - predictions["stress"]).abs()
    by_path = error.groupby(predictions["path"]).mean().sort_values(kind="stable")
    median = by_path.index[len(by_path) // 2]
    return predictions[predictions["path"] == median].reset_index(drop=True)
