"""The check before every explanation: this is the trained network, on its own test steps."""

from __future__ import annotations

import math

import pandas as pd
from torch import Tensor, nn

from matxai.constitutive.network.model_file import Scales, target_of
from matxai.constitutive.network.prediction import predict
from matxai.statistics.regression import r2

TOLERANCE = 1e-6


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
