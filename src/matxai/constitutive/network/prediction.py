"""Stress that a trained network predicts: step by step from the truth, or from its own past."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import nn

from matxai.constitutive.data.laws import Law
from matxai.constitutive.data.steps import Layout
from matxai.constitutive.network.model_file import Scales
from matxai.constitutive.network.networks import Recurrent

Array = npt.NDArray[np.float64]


@torch.inference_mode()
def predict(network: nn.Module, scales: Scales, table: pd.DataFrame) -> Array:
    """The one-step network's target (rows,) in its unit, every step from the true previous one."""
    device = next(network.parameters()).device
    return scales.physical(network(scales.inputs(table).to(device)))


@torch.inference_mode()
def predict_history(network: nn.Module, scales: Scales, table: pd.DataFrame) -> Array:
    """The recurrent network's stress (rows,), each path from its beginning."""
    device = next(network.parameters()).device
    layout = Layout.of(table)
    output = network(layout.padded(scales.inputs(table)).to(device))
    return scales.physical(layout.rows(output.cpu()))


@torch.inference_mode()
def states(network: Recurrent, scales: Scales, table: pd.DataFrame) -> npt.NDArray[np.float32]:
    """State of the recurrent network after each step (rows, hidden)."""
    device = next(network.parameters()).device
    layout = Layout.of(table)
    carried = network.states(layout.padded(scales.inputs(table)).to(device))
    return layout.rows(carried.cpu()).numpy()


def stress_of(target: Array, scales: Scales, table: pd.DataFrame) -> Array:
    """Stress (rows,) from the predicted target: an increment is added to the true previous stress."""
    if scales.target == "stress":
        return target
    return target + table["prev_stress"].to_numpy(np.float64)


def closed_loop(network: nn.Module, scales: Scales, law: Law, table: pd.DataFrame) -> Array:
    """Stress (rows,) when the network is fed with its own previous stress.

    So a finite-element code would use it: only the first step's previous stress is the truth; the
    previous internal variables among the features follow from the network's own stress by
    ``law.recover``. Current internal variables among the features stay true (see `given`).
    """
    layout = Layout.of(table)
    needed = {
        "prev_strain",
        "prev_stress",
        *scales.features,
        *(name for name in law.parameters if name in table),
    }
    columns = {
        name: layout.padded(torch.tensor(table[name].to_numpy(np.float64))).numpy()
        for name in sorted(needed)
    }
    paths, steps = layout.shape
    stress = columns["prev_stress"][:, 0]
    found = torch.empty(paths, steps, dtype=torch.float64)
    for step in range(steps):
        now = {name: values[:, step] for name, values in columns.items()}
        now |= {"prev_stress": stress, **_previous(law, scales, now, stress)}
        output = predict(network, scales, pd.DataFrame(now))
        stress = output + stress if scales.target == "increment" else output
        found[:, step] = torch.from_numpy(stress)
    return layout.rows(found).numpy()


def given(scales: Scales, law: Law) -> list[str]:
    """Current internal variables among the features: a closed loop must be told them."""
    return [name for name in law.internal if name in scales.features]


def _previous(law: Law, scales: Scales, now: dict[str, Array], stress: Array) -> dict[str, Array]:
    wanted = [name for name in law.internal if f"prev_{name}" in scales.features]
    if not wanted:
        return {}
    recovered = law.recover(now | {"strain": now["prev_strain"], "stress": stress})
    return {f"prev_{name}": recovered[name] for name in wanted}
