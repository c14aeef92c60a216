"""Stress that a trained network predicts: from the true previous step, or from its own past."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import nn

from matxai.constitutive.laws import Law
from matxai.constitutive.network.model_file import Scales
from matxai.constitutive.network.networks import Recurrent
from matxai.constitutive.network.path_grid import PathGrid

Array = npt.NDArray[np.float64]


@torch.inference_mode()
def predict(network: nn.Module, scales: Scales, table: pd.DataFrame) -> Array:
    """Predict the target (rows,) of the one-step network in its unit, from the true previous steps."""
    device = next(network.parameters()).device
    return scales.physical(network(scales.inputs(table).to(device)))


@torch.inference_mode()
def predict_history(network: nn.Module, scales: Scales, table: pd.DataFrame) -> Array:
    """Predict the stress (rows,) by the recurrent network, each path from its beginning."""
    device = next(network.parameters()).device
    grid = PathGrid.of(table)
    output = network(grid.pad(scales.inputs(table)).to(device))
    return scales.physical(grid.rows(output.cpu()))


@torch.inference_mode()
def hidden_states(
    network: Recurrent, scales: Scales, table: pd.DataFrame
) -> npt.NDArray[np.float32]:
    """Return the state (rows, hidden) of the recurrent network after each step."""
    device = next(network.parameters()).device
    grid = PathGrid.of(table)
    states = network.states(grid.pad(scales.inputs(table)).to(device))
    return grid.rows(states.cpu()).numpy()


def stress_of(target: Array, scales: Scales, table: pd.DataFrame) -> Array:
    """Return the stress (rows,): an increment is added to the true previous stress."""
    if scales.target == "stress":
        return target
    return target + table["prev_stress"].to_numpy(np.float64)


def closed_loop(network: nn.Module, scales: Scales, law: Law, table: pd.DataFrame) -> Array:
    """Predict the stress (rows,) when the network is fed with its own previous stress.

    A finite-element code would use it in this way. Only the previous stress of the first step is the truth.
    Previous internal variables among the features follow from the network's own stress by
    ``law.recover``; current ones stay the true ones (`prescribed_variables`).
    """
    grid = PathGrid.of(table)
    parameters = (name for name in law.parameters if name in table)
    needed = {"prev_strain", "prev_stress", *scales.features, *parameters}
    columns = {
        name: grid.pad(torch.tensor(table[name].to_numpy(np.float64))).numpy()
        for name in sorted(needed)
    }
    stress = columns["prev_stress"][:, 0]
    stresses = torch.empty(grid.present.shape, dtype=torch.float64)
    for step in range(stresses.shape[1]):
        now = {name: values[:, step] for name, values in columns.items()}
        now |= {"prev_stress": stress, **_previous(law, scales, now, stress)}
        output = predict(network, scales, pd.DataFrame(now))
        stress = output + stress if scales.target == "increment" else output
        stresses[:, step] = torch.from_numpy(stress)
    return grid.rows(stresses).numpy()


def prescribed_variables(scales: Scales, law: Law) -> list[str]:
    """List the current internal variables among the features, which a closed loop must be told."""
    return [name for name in law.internal if name in scales.features]


def _previous(law: Law, scales: Scales, now: dict[str, Array], stress: Array) -> dict[str, Array]:
    names = [name for name in law.internal if f"prev_{name}" in scales.features]
    if not names:
        return {}
    recovered = law.recover(now | {"strain": now["prev_strain"], "stress": stress})
    return {f"prev_{name}": recovered[name] for name in names}
