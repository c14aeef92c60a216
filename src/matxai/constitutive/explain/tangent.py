"""Tangent d stress / d strain of the network, compared with that of the law."""

import numpy as np
import pandas as pd
from torch import Tensor

from matxai.constitutive.data.steps import ALL_STEPS, step_kinds
from matxai.constitutive.laws import Array
from matxai.constitutive.network.model_file import Scales
from matxai.statistics.bootstrap import quantile_interval


def network_tangent(gradients: Tensor, scales: Scales, table: pd.DataFrame) -> Array:
    """Compute the tangent (rows,) of the network in the unit of stress, at a fixed previous state.

    A network whose inputs include the current plastic strain e_p is differentiated along the direction
    de_p / de = 1 - T / E, in which e_p changes with the strain e under the law's tangent T. The partial
    derivative alone would mean that the flow is frozen. ``gradients`` (rows, features) are those of the
    standardised network at the steps ``table``.
    """
    values = gradients.double().cpu().numpy()

    def slope(name: str) -> Array:
        place = scales.features.index(name)
        return values[:, place] * scales.target_std / scales.std[place]

    tangent = slope("strain")
    if "e_plastic" in scales.features:
        flow = 1 - table["tangent"].to_numpy() / table["E"].to_numpy()
        tangent = tangent + slope("e_plastic") * flow
    return tangent


def tangent_table(tangent: Array, table: pd.DataFrame) -> pd.DataFrame:
    """Put the tangent (rows,) of the network beside that of the law.

    Returns:
        Table with one row per step: path, step, strain, group (kind of step), tangent (of the law),
        network, relative_error |network - tangent| / |tangent|.
    """
    known = table["tangent"].to_numpy(np.float64)
    return table[["path", "step", "strain"]].assign(
        group=step_kinds(table),
        tangent=known,
        network=tangent,
        relative_error=np.abs(tangent - known) / np.abs(known),
    )


def tangent_summary(table: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Summarise the relative errors of a `tangent_table`; steps without a known tangent do not count.

    Returns:
        Table with one row per kind of step: group, steps, median with its 95 % interval over paths ci_low,
        ci_high, q95 (95 % quantile).
    """
    known = table[np.isfinite(table["relative_error"])]
    kinds = {} if known.empty else {ALL_STEPS: known} | dict(iter(known.groupby("group")))
    rows = []
    for kind, steps in kinds.items():
        errors = steps["relative_error"].to_numpy(np.float64)
        median = quantile_interval(errors, steps["path"].to_numpy(), 0.5, seed=seed)
        rows.append((kind, len(steps), *median, float(np.quantile(errors, 0.95))))
    return pd.DataFrame(rows, columns=["group", "steps", "median", "ci_low", "ci_high", "q95"])
