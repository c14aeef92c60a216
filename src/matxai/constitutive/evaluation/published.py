"""Networks of the published study XAI_model, with their features in the order of the training.

The files of the study hold weights alone, and its training scripts state the order of the features. For the
elastoplastic network, its own explanation assumed another order. It fed the network previous strains as
plastic ones and reported a base R2 of -69169.
"""

import pickle
from dataclasses import dataclass
from pathlib import Path

import torch

from matxai.constitutive.network.networks import Perceptron
from matxai.run.errors import InputError


@dataclass(frozen=True)
class Inputs:
    """Features of a network in the order of its training, and its target."""

    features: tuple[str, ...]
    target: str


PUBLISHED = {
    "elastoplastic_v2": Inputs(
        (
            "strain", "e_plastic", "prev_strain", "prev_stress", "prev_e_plastic", "control",
            "E", "sig0", "H_kin",
        ),
        "increment",
    ),
    "hyperelastic_v2": Inputs(
        ("strain", "prev_strain", "prev_stress", "time", "control"), "increment"
    ),
    "viscoelastic_v2": Inputs(
        ("strain", "prev_strain", "prev_stress", "control", "E"), "increment"
    ),
}  # fmt: skip


def load_published(path: str | Path, inputs: Inputs) -> Perceptron:
    """Rebuild a published network (ReLU) from ``model.pt``, which is read as weights only.

    The scales are not in the file. The study standardised the features with mean and standard deviation of
    its training rows (as `Scales.of` does), and in the elastoplastic case the target too.

    Raises:
        InputError: If the file holds no plain weights, no perceptron, or another number of features.
    """
    expected = "the weights net.0.weight, net.0.bias ... of a perceptron, as torch.save wrote them"
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        problem = f"not a file of plain weights: {str(error).splitlines()[0]}"
        fix = "do not load it any other way: what is not plain weights may run code"
        raise InputError(problem, file=path, expected=expected, fix=fix) from error
    try:
        state = state.get("state_dict", state)
        hidden, features = state["net.0.weight"].shape
        with torch.device("meta"):  # no memory for weights that may not be in the file
            network = Perceptron(features, hidden, len(state) // 2 - 1, "relu")
        network.load_state_dict(state, assign=True)
    # What is no dict of tensors, has other names or other shapes.
    except (AttributeError, LookupError, TypeError, ValueError, RuntimeError) as error:
        raise InputError("the file holds no perceptron", file=path, expected=expected) from error
    if features != len(inputs.features):
        problem = f"the network takes {features} features, {len(inputs.features)} are named"
        fix = "name the features that the network was trained on, in their order"
        raise InputError(problem, file=path, expected=", ".join(inputs.features), fix=fix)
    return network.float().eval()
