"""Predictions of a trained network on every part, its errors, and its uncertainty put to the test."""

from typing import NamedTuple

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
from matxai.statistics.classification import class_metrics
from matxai.statistics.estimate import Array
from matxai.statistics.regression import score

_KEPT = ["part", "file", "line", "formula", "reduced", "target"]


class Evaluation(NamedTuple):
    """Three tables.

    ``predictions``: model, seed, and the rows of every part with prediction, sigma (as the network states
    it) and sigma_calibrated; of a classification prediction (the probability of class 1) and log_odds.
    ``metrics``: model, seed, test errors with intervals, the scale factor of sigma and the miscalibration
    areas; of a classification `class_metrics` and the expected calibration error.
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
    predictions, seed = table[_KEPT].assign(prediction=value), metadata.seed
    if metadata.task == "classification":
        # In float64: a sure probability stays off 0 and 1, where its log loss would have no meaning.
        predictions = predictions.assign(prediction=expit(value), log_odds=value)
        test = predictions[predictions["part"] == "test"]
        group = test["reduced"]
        scores = score(*_columns(test), group=group, seed=seed, metrics=class_metrics)
        calibration = reliability(*_columns(test))
        extra = {"expected calibration error": expected_calibration_error(calibration)}
    else:
        predictions["sigma"] = sigma
        val = predictions[predictions["part"] == "val"]
        factor = laplace_scale_factor(*_columns(val, "sigma"))
        predictions["sigma_calibrated"] = predictions["sigma"] * factor
        test = predictions[predictions["part"] == "test"]
        scores = score(*_columns(test), group=test["reduced"], seed=seed)
        columns = {"as predicted": "sigma", "scaled": "sigma_calibrated"}
        curves = {n: laplace_coverage(*_columns(test, column)) for n, column in columns.items()}
        calibration = pd.concat([curve.assign(sigma=name) for name, curve in curves.items()])
        areas = {f"miscalibration area, {n}": miscalibration_area(c) for n, c in curves.items()}
        extra = {"scale factor of sigma": factor, **areas}
    other = pd.DataFrame(extra.items(), columns=["metric", "value"])
    metrics = pd.concat([scores, other], ignore_index=True)
    for result in (predictions, metrics):
        result.insert(0, "model", metadata.network)
        result.insert(1, "seed", seed)
    return Evaluation(predictions, metrics, calibration)


def _columns(table: pd.DataFrame, *further: str) -> list[Array]:
    return [table[name].to_numpy(np.float64) for name in ("target", "prediction", *further)]
