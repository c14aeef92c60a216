"""One step ahead and in a closed loop, with the law itself as the network."""

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from matxai.constitutive.laws import LAWS
from matxai.constitutive.network.model_file import Scales, build
from matxai.constitutive.network.networks import PathGrid
from matxai.constitutive.network.prediction import (
    closed_loop,
    hidden_states,
    predict,
    predict_history,
    prescribed_variables,
    stress_of,
)


@pytest.mark.parametrize("name", LAWS)
def test_the_law_as_a_network_predicts_the_truth(steps, exact, name):
    network, scales = exact[name]
    table = steps[name]
    found = stress_of(predict(network, scales, table), scales, table)
    np.testing.assert_allclose(found, table["stress"], atol=2e-5 * table["stress"].abs().max())


@pytest.mark.parametrize("name", LAWS)
def test_the_closed_loop_of_the_law_is_the_truth(steps, exact, name):
    network, scales = exact[name]
    table = steps[name]
    found = closed_loop(network, scales, LAWS[name], table)
    np.testing.assert_allclose(found, table["stress"], atol=2e-4 * table["stress"].abs().max())


class Offset(nn.Module):
    """Adds a constant stress increment to what it is told: errors of a closed loop add up."""

    def __init__(self, change):
        super().__init__()
        self.change = nn.Parameter(torch.tensor(change))

    def forward(self, x):
        return self.change.expand(len(x))


def ragged(lengths):
    """Paths of unequal length whose first steps start from different stresses."""
    rows = [
        {"path": path, "step": step, "strain": 0.0, "prev_strain": 0.0, "stress": 10.0 * path,
         "prev_stress": 10.0 * path}
        for path, length in enumerate(lengths)
        for step in range(1, length + 1)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_a_closed_loop_feeds_back_its_own_stress_within_a_path_only():
    table = ragged([3, 5, 2])
    scales = Scales(["strain", "prev_stress"], [0.0, 0.0], [1.0, 1.0], "increment", 0.0, 1.0)
    found = closed_loop(Offset(1.0), scales, LAWS["hyperelastic"], table)
    # Starts at the true previous stress of the path's first step, then one more a step.
    assert found.tolist() == [1, 2, 3, 11, 12, 13, 14, 15, 21, 22]


def test_a_closed_loop_recovers_the_previous_plastic_strain_from_its_own_stress(steps, exact):
    """Told a wrong stress at the start, the loop must go on from the plastic strain that this means."""
    network, scales = exact["elastoplastic"]
    table = steps["elastoplastic"].query("path == 0").copy()
    wrong = 50.0
    table.loc[table.index[0], "prev_stress"] += wrong
    found = closed_loop(network, scales, LAWS["elastoplastic"], table)
    law = {k: float(table[k].iloc[0]) for k in ("E", "sig0", "H_kin")}
    plastic = -wrong / law["E"]
    for place, strain in enumerate(table["strain"]):
        relative = law["E"] * (strain - plastic) - law["H_kin"] * plastic
        excess = max(abs(relative) - law["sig0"], 0)
        plastic += np.sign(relative) * excess / (law["E"] + law["H_kin"])
        assert found[place] == pytest.approx(law["E"] * (strain - plastic), abs=0.1)


def test_what_cannot_follow_from_the_stress_is_given_and_named(steps):
    law, table = LAWS["elastoplastic"], steps["elastoplastic"]
    scales = Scales(["strain", "e_plastic"], [0, 0], [1, 1], "stress", 0.0, 1.0)
    assert prescribed_variables(scales, law, table) == ["e_plastic"]
    assert prescribed_variables(scales, LAWS["hyperelastic"], table) == []
    scales = Scales(
        ["prev_stress", "prev_e_plastic"], [0.0, 0.0], [1.0, 1.0], "increment", 0.0, 1.0
    )
    assert prescribed_variables(scales, law, table) == []
    # Arrays of strain and stress alone state no parameters.
    bare = table.drop(columns=list(law.parameters))
    assert prescribed_variables(scales, law, bare) == ["prev_e_plastic"]
    found = closed_loop(PlasticStrain(), scales, law, bare)
    first = bare.groupby("path")["prev_stress"].transform("first")
    given = first + bare.groupby("path")["prev_e_plastic"].cumsum()
    np.testing.assert_allclose(found, given, rtol=1e-5, atol=1e-4)


class PlasticStrain(nn.Module):
    """Answers with the second feature."""

    def __init__(self):
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return x[:, 1]


def test_padding_and_back_keeps_rows_and_order():
    table = ragged([3, 5, 2])
    grid = PathGrid(table)
    rows = torch.arange(10.0)
    padded = grid.pad(rows)
    assert padded.shape == (3, 5)
    assert padded[2].tolist() == [8, 9, 0, 0, 0]
    assert torch.equal(padded[grid.present], rows)
    assert grid.present.sum(dim=1).tolist() == [3, 5, 2]


def test_a_path_is_predicted_alike_alone_and_beside_longer_ones(steps):
    table = steps["viscoelastic"]
    short = table[(table["path"] != 1) | (table["step"] <= 7)]
    scales = Scales.of(table, ["strain", "dt"], "stress")
    network = build("lstm", scales, {"hidden": 4, "cell": "lstm"}, None)
    beside = predict_history(network, scales, short)[(short["path"] == 1).to_numpy()]
    alone = short[short["path"] == 1]
    np.testing.assert_allclose(beside, predict_history(network, scales, alone), rtol=1e-5)
    assert hidden_states(network, scales, alone).shape == (7, 4)
