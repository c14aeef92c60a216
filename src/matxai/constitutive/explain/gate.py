"""The gate before every explanation: is this the network that was trained, on its own test steps?"""

from __future__ import annotations

import math

import pandas as pd
from torch import Tensor, nn

from matxai.constitutive.network.model_file import Scales, target_of
from matxai.constitutive.network.prediction import predict
from matxai.statistics.regression import r2

GATE = 1e-6


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
