"""Predictions of both networks on the same steps."""

from __future__ import annotations

import pandas as pd
from torch import nn

from matxai.constitutive.data.steps import step_kinds
from matxai.constitutive.laws import Law
from matxai.constitutive.network.model_file import StressNetworkMetadata, target_of
from matxai.constitutive.network.prediction import closed_loop, predict, predict_history, stress_of


def predict_steps(
    surrogate: tuple[nn.Module, StressNetworkMetadata],
    recurrent: tuple[nn.Module, StressNetworkMetadata],
    law: Law,
    table: pd.DataFrame,
) -> pd.DataFrame:
    """Predict the steps of a table with both networks, each given with its metadata.

    Returns:
        Table with one row per step: path, step, time, strain, stress, group (kind of step),
        target, predicted_target; the stress predicted from the true previous step (prediction), from the
        network's own past (closed_loop), and by the recurrent network (recurrent).
    """
    network, scales = surrogate[0], surrogate[1].scales
    predicted = predict(network, scales, table)
    return table[["path", "step", "time", "strain", "stress"]].assign(
        group=step_kinds(table),
        target=target_of(table, scales.target),
        predicted_target=predicted,
        prediction=stress_of(predicted, scales, table),
        closed_loop=closed_loop(network, scales, law, table),
        recurrent=predict_history(recurrent[0], recurrent[1].scales, table),
    )


def typical_path(predictions: pd.DataFrame) -> pd.DataFrame:
    """Select the steps of the path whose mean closed-loop error is the median one."""
    error = (predictions["closed_loop"] - predictions["stress"]).abs()
    by_path = error.groupby(predictions["path"]).mean().sort_values(kind="stable")
    median = by_path.index[len(by_path) // 2]
    return predictions[predictions["path"] == median].reset_index(drop=True)
