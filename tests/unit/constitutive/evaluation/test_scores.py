"""Scores by kind of step and network, the one path that is shown, the tangent."""

import numpy as np
import pandas as pd
import pytest

from matxai.attribution.gradients import gradients
from matxai.constitutive.data.steps import step_kinds
from matxai.constitutive.evaluation.scores import evaluate, typical_path
from matxai.constitutive.explain.tangent import network_tangent, tangent_summary, tangent_table
from matxai.constitutive.laws import LAWS
from matxai.constitutive.network.model_file import Scales, StressNetworkMetadata, build
from matxai.statistics.regression import r2


def card_of(name, scales, kind="mlp"):
    return StressNetworkMetadata(
        kind=kind, law=name, scales=scales, shape={}, seed=0, best_epoch=5, data_sha256="",
        settings={}, versions={},
    )  # fmt: skip


@pytest.fixture(scope="module")
def evaluated(steps, exact):
    def run(name, blur=0.0):
        network, scales = exact[name]
        table = steps[name]
        test = table[table["part"] == "test"].reset_index(drop=True)
        history = Scales.of(table, ["strain"], "stress")
        recurrent = build("gru", history, {"hidden": 3, "cell": "gru"}, None)
        wrong = Scales(**{**vars(scales), "target_mean": scales.target_mean + blur})
        pair = (recurrent, card_of(name, history, "gru"))
        return test, evaluate((network, card_of(name, wrong)), pair, test)

    return run


@pytest.mark.parametrize("name", LAWS)
def test_the_law_itself_scores_one(evaluated, name):
    _, (_, accuracy, summary) = evaluated(name)
    assert summary["r2"] > 1 - 1e-6
    assert summary["r2_closed_loop"] > 1 - 1e-6
    assert summary["r2_recurrent"] < 0.9  # an untrained network
    assert set(accuracy["network"]) == {"one step", "closed loop", "recurrent"}
    assert ("r2_plastic" in summary) == (name == "elastoplastic")


def test_scores_are_those_of_the_rows_of_each_kind(evaluated):
    # Every increment is 3 MPa too large.
    test, (table, accuracy, summary) = evaluated("elastoplastic", blur=3.0)
    np.testing.assert_allclose(table["prediction"] - table["stress"], 3, atol=0.05)
    increments = (test["stress"] - test["prev_stress"]).to_numpy()
    for kind, mask in (("plastic", test["plastic"]), ("elastic", ~test["plastic"])):
        truth = increments[mask.to_numpy()]
        assert summary[f"r2_{kind}"] == pytest.approx(r2(truth, truth + 3), abs=1e-3)
    row = accuracy.query("network == 'one step' and quantity == 'increment'").iloc[0]
    assert row["rmse"] == pytest.approx(3, abs=0.01)
    assert row["ci_low"] < row["r2"] < row["ci_high"]
    # In the closed loop the errors add up, until flow forgets them.
    assert summary["r2_closed_loop"] < summary["r2_stress"]


def test_an_elastic_step_after_flow_is_elastic(steps):
    """By the change of the plastic strain, not by its being there."""
    table = steps["elastoplastic"]
    elastic_later = ~table["plastic"] & (table["e_plastic"].abs() > 1e-4)
    assert elastic_later.sum() > 20
    assert set(step_kinds(table)[elastic_later]) == {"elastic step"}
    assert set(step_kinds(table.assign(e_plastic=np.nan))) == {"all steps"}


def test_the_path_shown_is_the_median_one():
    rows = [(p, s, 0.0, error) for p, error in enumerate([5.0, 1.0, 3.0]) for s in range(2)]
    table = pd.DataFrame(rows, columns=["path", "step", "stress", "closed_loop"])
    assert set(typical_path(table)["path"]) == {2}


@pytest.mark.parametrize("name", LAWS)
def test_the_tangent_of_the_law_as_a_network_is_the_analytic_one(steps, exact, name):
    network, scales = exact[name]
    table = steps[name].reset_index(drop=True)
    slopes = gradients(network, scales.inputs(table))
    found = tangent_table(network_tangent(slopes, scales, table), table)
    summary = tangent_summary(found, seed=0)
    assert summary["q95"].max() < 1e-3
    assert (summary["ci_low"] <= summary["median"]).all()
    kinds = ["all steps", "elastic step", "plastic step"]
    assert list(summary["group"]) == (kinds if name == "elastoplastic" else kinds[:1])


def test_a_network_told_the_plastic_strain_is_followed_along_the_flow(steps):
    """stress = E (strain - e_plastic) has the partial derivative E, but flows with E H / (E + H)."""
    table = steps["elastoplastic"].reset_index(drop=True)
    scales = Scales.of(table, ["strain", "e_plastic", "E"], "stress")
    young = table["E"].to_numpy()
    unit = scales.target_std
    slopes = np.stack(
        [young * scales.std[0] / unit, -young * scales.std[1] / unit, 0 * young], axis=1
    )
    import torch

    found = network_tangent(torch.from_numpy(slopes), scales, table)
    np.testing.assert_allclose(found, table["tangent"], rtol=1e-9)


def test_unknown_tangents_do_not_count(steps):
    table = steps["hyperelastic"].reset_index(drop=True)
    known = table["tangent"].to_numpy().copy()
    table.loc[:9, "tangent"] = np.nan
    found = tangent_summary(tangent_table(known * 1.1, table), seed=0)
    assert found["steps"].tolist() == [len(table) - 10]
    assert found["median"].iloc[0] == pytest.approx(0.1)
    nothing = table.assign(tangent=np.nan)
    assert tangent_summary(tangent_table(known, nothing), seed=0).empty
