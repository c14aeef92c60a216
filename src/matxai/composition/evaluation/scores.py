"""Predictions of a trained network on every part, its errors, and its uncertainty put to the test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from matxai.composition.network.batch import part_of
from matxai.composition.network.crabnet import CrabNet
from matxai.composition.network.model_file import CrabNetMetadata
from matxai.composition.network.predict import predict
from matxai.statistics.calibration import (
    expected_calibration_error,
    laplace_coverage,
    laplace_scale_factor,
    miscalibration_area,
    reliability,
)
from matxai.statistics.classification import class_scores
from matxai.statistics.estimate import Array
from matxai.statistics.regression import score

_KEPT = ["part", "file", "line", "formula", "reduced", "target"]


@dataclass(frozen=True)
class Evaluation:
    """Three tables.

    ``predictions``: model, seed, and the rows of every part with prediction, sigma (as the network states
    it) and sigma_calibrated; of a classification prediction (the probability of class 1) and log_odds.
    ``metrics``: model, seed, test errors with intervals, the scale factor of sigma and the miscalibration
    areas; of a classification `class_scores` and the expected calibration error.
    ``calibration``: coverage on the test part, column sigma says of which; or its `reliability`.
    """

    predictions: pd.DataFrame
    metrics: pd.DataFrame
    calibration: pd.DataFrame


def evaluate(
    network: CrabNet, metadata: CrabNetMetadata, table: pd.DataFrame, device: str
) -> Evaluation:
    """Predict all rows; scale sigma on the validation part; score the test part alone.

    Single elements are predicted although training may have left them out. Intervals are over compositions:
    polymorphs have one prediction in common.
    """
    compounds = part_of(table).compounds.to(device)
    outputs = predict(network.to(device), compounds, metadata.mean, metadata.std)
    value, sigma = (output.cpu().numpy().astype(np.float64) for output in outputs)
    if metadata.task == "classification":
        # In float64: a sure probability stays off 0 and 1, where its log loss would have no meaning.
        predictions = table[_KEPT].assign(prediction=expit(value), log_odds=value)
        of_task = _of_classes
    else:
        predictions = table[_KEPT].assign(prediction=value, sigma=sigma)
        of_task = _of_numbers
    scores, extra, calibration = of_task(predictions, metadata.seed)
    other = pd.DataFrame(extra.items(), columns=["metric", "value"])
    metrics = pd.concat([scores, other], ignore_index=True)
    for result in (predictions, metrics):
        result.insert(0, "model", metadata.network)
        result.insert(1, "seed", metadata.seed)
    return Evaluation(predictions, metrics, calibration)


def _of_numbers(
    predictions: pd.DataFrame, seed: int
) -> tuple[pd.DataFrame, dict[str, float], pd.DataFrame]:
    """Add sigma_calibrated to the predictions; return scores, further metrics, and calibration."""
    factor = laplace_scale_factor(*_columns(predictions[predictions["part"] == "val"], "sigma"))
    predictions["sigma_calibrated"] = predictions["sigma"] * factor
    test = predictions[predictions["part"] == "test"]
    curves = {
        "as predicted": laplace_coverage(*_columns(test, "sigma")),
        "scaled": laplace_coverage(*_columns(test, "sigma_calibrated")),
    }
    extra = {"scale factor of sigma": factor} | {
        f"miscalibration area, {name}": miscalibration_area(curve) for name, curve in curves.items()
    }
    calibration = pd.concat([curve.assign(sigma=name) for name, curve in curves.items()])
    return score(*_columns(test), group=test["reduced"], seed=seed), extra, calibration


def _of_classes(
    predictions: pd.DataFrame, seed: int
) -> tuple[pd.DataFrame, dict[str, float], pd.DataFrame]:
    test = predictions[predictions["part"] == "test"]
    curve = reliability(*_columns(test))
    extra = {"expected calibration error": expected_calibration_error(curve)}
    return class_scores(*_columns(test), group=test["reduced"], seed=seed), extra, curve


def _columns(table: pd.DataFrame, *further: str) -> list[Array]:
    return [table[name].to_numpy(np.float64) for name in ("target", "prediction", *further)]
