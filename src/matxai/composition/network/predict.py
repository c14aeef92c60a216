"""Predict with a trained CrabNet or HotCrab, in batches."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from matxai.composition.network.batch import Batch, Compounds
from matxai.composition.network.crabnet import Prediction

EVALUATION_BATCH = 1024
Watch = Callable[[Batch, Prediction], None]  # sees each forward pass of a prediction


@torch.inference_mode()
def predict(
    network: nn.Module,
    compounds: Compounds,
    mean: float = 0.0,
    std: float = 1.0,
    watch: Watch | None = None,
) -> tuple[Tensor, Tensor]:
    """Predict value and standard deviation (compounds,), in the unit of the target and the rows' order.

    ``mean`` and ``std`` are those of the training targets; network and compounds are on one device.
    For a classification, whose ``mean`` is 0 and ``std`` 1, the value is the log-odds of class 1 (its
    sigmoid the probability), and the standard deviation means nothing.
    """
    network.eval()
    value = compounds.fractions.new_empty(len(compounds))
    sigma = torch.empty_like(value)
    for batch in compounds.batches(EVALUATION_BATCH):
        prediction = network(batch)
        value[batch.rows] = prediction.value * std + mean
        sigma[batch.rows] = prediction.log_sigma.exp() * std
        if watch is not None:
            watch(batch, prediction)
    return value, sigma
