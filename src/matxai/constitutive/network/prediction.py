"""Stress that a trained network predicts: from the true previous step, or from its own past."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import nn

from matxai.constitutive.laws import Array, Law
from matxai.constitutive.network.model_file import Scales
from matxai.constitutive.network.networks import PathGrid, Recurrent


@torch.inference_mode()
def predict(network: nn.Module, scales: Scales, table: pd.DataFrame) -> Array:
    """Predict the target (rows,) of the one-step network in its unit, from the true previous steps."""
    device = next(network.parameters()).device
    return scales.physical(network(scales.inputs(table).to(device)))


@torch.inference_mode()
def predict_history(network: nn.Module, scales: Scales, table: pd.DataFrame) -> Array:
    """Predict the stress (rows,) by the recurrent network, each path from its beginning."""
    device, grid = next(network.parameters()).device, PathGrid(table)
    output = network(grid.pad(scales.inputs(table)).to(device))
    return scales.physical(output.cpu()[grid.present])


@torch.inference_mode()
def hidden_states(
    network: Recurrent, scales: Scales, table: pd.DataFrame
) -> npt.NDArray[np.float32]:
    """Return the state (rows, hidden) of the recurrent network after each step."""
    device, grid = next(network.parameters()).device, PathGrid(table)
    states = network.states(grid.pad(scales.inputs(table)).to(device))
    return states.cpu()[grid.present].numpy()


def stress_of(target: Array, scales: Scales, table: pd.DataFrame) -> Array:
    """Return the stress (rows,): an increment is added to the true previous stress."""
    increment = scales.target == "increment"
    return target + table["prev_stress"].to_numpy(np.float64) if increment else target


def closed_loop(network: nn.Module, scales: Scales, law: Law, table: pd.DataFrame) -> Array:
    """Predict the stress (rows,) when the network is fed with its own previous stress.

    A finite-element code would use it in this way. Only the previous stress of the first step is the truth.
    Previous internal variables among the features follow from the network's own stress by
    ``law.recover``; the others stay the true ones (`prescribed_variables`).
    """
    grid = PathGrid(table)
    recovered = _recovered(scales, law, table)
    parameters = law.parameters if recovered else ()
    columns = {
        name: grid.pad(torch.tensor(table[name].to_numpy(np.float64))).numpy()
        for name in sorted({"prev_strain", "prev_stress", *scales.features, *parameters})
    }
    stress, stresses = columns["prev_stress"][:, 0], []
    for step in range(grid.present.shape[1]):
        now = {name: values[:, step] for name, values in columns.items()}
        now["prev_stress"] = stress
        if recovered:
            internal = law.recover(now | {"strain": now["prev_strain"], "stress": stress})
            now |= {f"prev_{name}": internal[name] for name in recovered}
        before = pd.DataFrame(now)
        stress = stress_of(predict(network, scales, before), scales, before)
        stresses.append(stress)
    return np.stack(stresses, axis=1)[grid.present.numpy()]


def prescribed_variables(scales: Scales, law: Law, table: pd.DataFrame) -> list[str]:
    """List the internal variables among the features that a closed loop must be told.

    They are the current ones, and the previous ones where the table lacks a parameter of the law.
    """
    recovered = {f"prev_{name}" for name in _recovered(scales, law, table)}
    internal = [*law.internal, *(f"prev_{name}" for name in law.internal)]
    return [name for name in internal if name in scales.features and name not in recovered]


def _recovered(scales: Scales, law: Law, table: pd.DataFrame) -> list[str]:
    """List the internal variables whose previous values are features and follow from the stress."""
    known = set(law.parameters) <= set(table)
    return [name for name in law.internal if known and f"prev_{name}" in scales.features]
