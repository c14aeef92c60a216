"""Predictions of a trained network on every part, its errors, and its uncertainty put to the test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from matxai.composition.network.crabnet import CrabNet
from matxai.composition.network.model_file import CrabNetMetadata
from matxai.composition.network.parts import part_of
from matxai.composition.network.predict import predict
from matxai.statistics.calibration import (
    expected_calibration_error,
    laplace_coverage,
    laplace_scale_factor,
    miscalibration_area,
    reliability,
)
from matxai.statistics.classification import class_metrics
from matxai.statistics.scores import score

_KEPT = ["part", "file", "line", "formula", "reduced", "target"]


@dataclass(frozen=True)
class Evaluation:
    """Three tables.

    ``predictions``: model, seed, and the rows of every part with prediction, sigma (as the network states
    it) and sigma_calibrated. ``metrics``: model, seed, test errors with intervals, the scale factor of
    sigma and the miscalibration areas. ``calibration``: coverage on the test part, column sigma says of
    which.

    Of a classification, ``predictions``: prediction (the probability of class 1) and log_odds, no sigma;
    ``metrics``: those of `class_metrics` and the expected calibration error; ``calibration``: the
    `reliability` of the test part.
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
    of_task = _of_classes if metadata.task == "classification" else _of_numbers
    evaluation = of_task(network, metadata, table, device)
    for found in (evaluation.predictions, evaluation.metrics):
        found.insert(0, "model", metadata.network)
        found.insert(1, "seed", metadata.seed)
    return evaluation


def _of_numbers(
    network: CrabNet, metadata: CrabNetMetadata, table: pd.DataFrame, device: str
) -> Evaluation:
    compounds = part_of(table).compounds.to(device)
    value, sigma = predict(network.to(device), compounds, metadata.mean, metadata.std)
    predictions = table[_KEPT].assign(
        prediction=value.cpu().numpy().astype(np.float64),
        sigma=sigma.cpu().numpy().astype(np.float64),
    )
    factor = laplace_scale_factor(*_arrays(predictions[predictions["part"] == "val"], "sigma"))
    predictions["sigma_calibrated"] = predictions["sigma"] * factor
    test = predictions[predictions["part"] == "test"]
    curves = {
        "as predicted": laplace_coverage(*_arrays(test, "sigma")),
        "scaled": laplace_coverage(*_arrays(test, "sigma_calibrated")),
    }
    target, prediction, _ = _arrays(test, "sigma")
    extra = pd.DataFrame(
        [("scale factor of sigma", factor)]
        + [(f"miscalibration area, {name}", miscalibration_area(c)) for name, c in curves.items()],
        columns=["metric", "value"],
    )
    calibration = pd.concat([curve.assign(sigma=name) for name, curve in curves.items()])
    scores = score(target, prediction, group=test["reduced"], seed=metadata.seed)
    return Evaluation(predictions, pd.concat([scores, extra], ignore_index=True), calibration)


def _of_classes(
    network: CrabNet, metadata: CrabNetMetadata, table: pd.DataFrame, device: str
) -> Evaluation:
    compounds = part_of(table).compounds.to(device)
    found, _ = predict(network.to(device), compounds, metadata.mean, metadata.std)
    log_odds = found.cpu().numpy().astype(np.float64)
    # In float64: a sure probability stays off 0 and 1, where its log loss would have no meaning.
    predictions = table[_KEPT].assign(prediction=expit(log_odds), log_odds=log_odds)
    test = predictions[predictions["part"] == "test"]
    target, probability = (test[name].to_numpy(np.float64) for name in ("target", "prediction"))
    curve = reliability(target, probability)
    extra = pd.DataFrame(
        [("expected calibration error", expected_calibration_error(curve))],
        columns=["metric", "value"],
    )
    scores = score(
        target, probability, group=test["reduced"], seed=metadata.seed, metrics=class_metrics
    )
    return Evaluation(predictions, pd.concat([scores, extra], ignore_index=True), curve)


def _arrays(table: pd.DataFrame, sigma: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return tuple(table[name].to_numpy(np.float64) for name in ("target", "prediction", sigma))  # type: ignore[return-value]
