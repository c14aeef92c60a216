"""Predictions of a trained network on every part, its errors, and its uncertainty put to the test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from matxai.composition.dataset import part_of
from matxai.composition.fitting import predict
from matxai.composition.model_file import Card
from matxai.composition.network import CrabNet
from matxai.metrics import score
from matxai.uncertainty import laplace_coverage, laplace_scale_factor, miscalibration_area

_KEPT = ["part", "file", "line", "formula", "reduced", "target"]


@dataclass(frozen=True)
class Evaluation:
    """Three tables.

    ``predictions``: the rows of every part with prediction, sigma (as the network states it) and
    sigma_calibrated. ``metrics``: test errors with intervals, the scale factor of sigma and the
    miscalibration areas. ``calibration``: coverage on the test part, column sigma says of which.
    """

    predictions: pd.DataFrame
    metrics: pd.DataFrame
    calibration: pd.DataFrame


def evaluate(network: CrabNet, card: Card, table: pd.DataFrame, device: str) -> Evaluation:
    """Predict all rows; scale sigma on the validation part; score the test part alone.

    Single elements are predicted although training may have left them out.
    """
    value, sigma = predict(network.to(device), part_of(table).to(device), card.mean, card.std)
    predictions = table[_KEPT].assign(
        prediction=value.cpu().numpy().astype(np.float64),
        sigma=sigma.cpu().numpy().astype(np.float64),
    )
    columns = {part: predictions[predictions["part"] == part] for part in ("val", "test")}
    factor = laplace_scale_factor(*_arrays(columns["val"], "sigma"))
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
    metrics = pd.concat([score(target, prediction, seed=card.seed), extra], ignore_index=True)
    metrics.insert(0, "seed", card.seed)
    metrics.insert(0, "model", card.network)
    calibration = pd.concat([curve.assign(sigma=name) for name, curve in curves.items()])
    return Evaluation(predictions, metrics, calibration)


def _arrays(table: pd.DataFrame, sigma: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return tuple(table[name].to_numpy(np.float64) for name in ("target", "prediction", sigma))  # type: ignore[return-value]
