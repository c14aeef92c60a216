"""The network's tangent d stress / d strain against that of the law."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from torch import Tensor

from matxai.constitutive.data.step_kinds import ALL_STEPS, groups_of
from matxai.constitutive.network.model_file import StressNetworkMetadata
from matxai.statistics.bootstrap import quantile_interval

Array = npt.NDArray[np.float64]


def network_tangent(
    gradients: Tensor, metadata: StressNetworkMetadata, table: pd.DataFrame
) -> Array:
    """d stress / d strain of the network (rows,), in the unit of stress, previous state held fixed.

    ``gradients`` (rows, features) of the standardised network. A network that is also told the current
    plastic strain is differentiated along the way that it moves with the strain, de_p / de = 1 - T / E
    with the law's tangent T: its partial derivative alone would mean a strain at frozen flow.
    """
    scales = metadata.scales
    values = gradients.double().cpu().numpy()

    def slope(name: str) -> Array:
        place = scales.features.index(name)
        return values[:, place] * scales.target_std / scales.std[place]

    found = slope("strain")
    if "e_plastic" in scales.features:
        flow = 1 - table["tangent"].to_numpy() / table["E"].to_numpy()
        found = found + slope("e_plastic") * flow
    return found


def tangent_table(tangent: Array, table: pd.DataFrame) -> pd.DataFrame:
    """The network's tangent beside the law's: path, step, strain, group, tangent, network, and the
    relative error |network - tangent| / |tangent| of every test step."""
    known = table["tangent"].to_numpy(np.float64)
    return table[["path", "step", "strain"]].assign(
        group=groups_of(table),
        tangent=known,
        network=tangent,
        relative_error=np.abs(tangent - known) / np.abs(known),
    )


def tangent_summary(table: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Median relative error with its 95 % interval over paths, and the 95 % quantile, a kind of step.

    Columns group, steps, median, ci_low, ci_high, q95; steps without a known tangent do not count.
    """
    known = table[np.isfinite(table["relative_error"])]
    rows = []
    names = [name for name in sorted(known["group"].unique()) if name != ALL_STEPS]
    for name in [ALL_STEPS, *names]:
        mine = known if name == ALL_STEPS else known[known["group"] == name]
        if mine.empty:
            continue
        errors = mine["relative_error"].to_numpy(np.float64)
        median, low, high = quantile_interval(errors, mine["path"].to_numpy(), 0.5, seed=seed)
        rows.append((name, len(mine), median, low, high, float(np.quantile(errors, 0.95))))
    return pd.DataFrame(rows, columns=["group", "steps", "median", "ci_low", "ci_high", "q95"])
