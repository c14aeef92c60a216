"""Explanations in physical terms, of the law itself where the answer is known."""

import json

import numpy as np
import pandas as pd
import pytest
import torch

from matxai.attribution.gradients import gradients
from matxai.constitutive.explain.importance import (
    baseline,
    integrated_gradients,
    permutation,
    verified_inputs,
)
from matxai.constitutive.explain.importance import saliency as physical_saliency
from matxai.constitutive.explain.summary import BASELINES, comparison, explain_summary
from matxai.constitutive.laws import LAWS
from matxai.constitutive.network.model_file import Scales, StressNetworkMetadata
from matxai.constitutive.settings.explain import Explain

SETTINGS = Explain(repeats=5, integration_steps=16)


def card_of(name, scales):
    return StressNetworkMetadata(
        kind="mlp", law=name, scales=scales, shape={}, seed=0, best_epoch=5, data_sha256="",
        settings={}, versions={},
    )  # fmt: skip


def test_the_gate_lets_only_the_trained_network_on_its_test_steps_pass(steps, exact):
    network, scales = exact["hyperelastic"]
    table = steps["hyperelastic"]
    x = verified_inputs(network, scales, table, 1.0)
    assert torch.equal(x, scales.inputs(table))
    with pytest.raises(ArithmeticError, match=r"its summary says 0\.999990"):
        verified_inputs(network, scales, table, 1.0 - 1e-5)


@pytest.mark.parametrize("fault", ["order", "scale"])
def test_the_gate_closes_on_another_feature_order_or_refitted_scales(steps, exact, fault):
    network, scales = exact["elastoplastic"]
    table = steps["elastoplastic"]
    test = table[table["part"] == "test"].reset_index(drop=True)
    if fault == "order":  # the fault of the published explanation
        names = [scales.features[i] for i in (0, 2, 1, 3, 4, 5, 6, 7)]
        wrong = Scales(**{**vars(scales), "features": names})
    else:
        wrong = Scales.of(test, scales.features, scales.target)
    verified_inputs(network, scales, test, 1.0)
    with pytest.raises(ArithmeticError, match="not those of the training"):
        verified_inputs(network, wrong, test, 1.0)


def test_the_load_parameter_is_a_negative_control_and_strain_rules(steps, exact):
    network, scales = exact["viscoelastic"]
    table = steps["viscoelastic"]
    surrogate = network, card_of("viscoelastic", scales)
    found = permutation(surrogate, table, scales.inputs(table), SETTINGS).set_index("name")
    assert found.loc["control", "drop"] == pytest.approx(0, abs=1e-9)
    assert found["drop"].idxmax() in {"strain", "prev_strain"}
    assert set(found.loc[found["kind"] == "group"].index) == set(LAWS["viscoelastic"].groups)
    # Permuted together, the increments stay those of the material: far less R2 is lost.
    pair = found.loc["strain and its previous value"]
    assert pair["members"] == "strain, prev_strain"
    assert pair["drop"] < 0.2 * found.loc["strain", "drop"]
    assert found["base_r2"].iloc[0] == pytest.approx(1, abs=1e-6)


def test_groups_need_two_members(steps):
    table = steps["elastoplastic"]
    scales = Scales.of(table, ["strain", "control", "E"], "stress")
    constant = lambda x: x[:, 0]  # noqa: E731
    network = torch.nn.Linear(3, 1)
    network.forward = constant
    surrogate = network, card_of("elastoplastic", scales)
    found = permutation(surrogate, table, scales.inputs(table), SETTINGS)
    assert list(found["kind"]) == ["feature"] * 3


def test_saliency_has_the_units_of_stress_per_feature(steps, exact):
    network, scales = exact["hyperelastic"]
    table = steps["hyperelastic"]
    units = dict.fromkeys(scales.features, "") | {
        "prev_stress": "MPa", "mu": "MPa", "stress": "MPa",
    }  # fmt: skip
    slopes = gradients(network, scales.inputs(table))
    found = physical_saliency(slopes, scales, table, units, seed=0).set_index("name")
    assert found.loc["strain", "physical"] == pytest.approx(table["tangent"].mean(), rel=1e-3)
    assert found.loc["mu", "physical"] == pytest.approx(
        (table["stress"] / table["mu"]).abs().mean(), rel=1e-3
    )
    assert found.loc[["strain", "prev_stress", "mu", "alpha"], "unit"].tolist() == [
        "MPa", "", "", "MPa",
    ]  # fmt: skip


def test_the_gradient_of_a_product_of_units_is_readable(steps, exact):
    network, scales = exact["viscoelastic"]
    table = steps["viscoelastic"]
    units = dict.fromkeys(scales.features, "") | {"stress": "MPa", "dt": "s", "eta_1": "MPa·s"}
    slopes = gradients(network, scales.inputs(table))
    found = physical_saliency(slopes, scales, table, units, seed=0)
    assert found.set_index("name").loc[["dt", "eta_1"], "unit"].tolist() == ["MPa/s", "MPa/(MPa·s)"]


def test_baselines_are_the_zero_state_of_the_mean_material_and_the_mean(steps, exact):
    _, scales = exact["elastoplastic"]
    assert baseline(scales, LAWS["elastoplastic"], "training mean").abs().max() == 0
    zero = baseline(scales, LAWS["elastoplastic"], "zero state").numpy()
    physical = zero * scales.std + scales.mean
    expected = [
        mean if name in {"E", "sig0", "H_kin"} else 0
        for name, mean in zip(scales.features, scales.mean, strict=True)
    ]
    np.testing.assert_allclose(physical, expected, atol=1e-4)


def test_integrated_gradients_of_the_law_sum_to_its_stress(steps, exact):
    """From the zero state, whose stress is zero, the attributions of a step add up to the stress."""
    network, scales = exact["hyperelastic"]
    table = steps["hyperelastic"]
    surrogate = network, card_of("hyperelastic", scales)
    found = integrated_gradients(surrogate, table, scales.inputs(table), SETTINGS)
    assert set(found["baseline"]) == set(BASELINES)
    zero = found[found["baseline"] == "zero state"].set_index("name")
    assert zero["signed_mean"].sum() == pytest.approx(table["stress"].mean(), rel=1e-3)
    assert zero.loc["control", "mean_absolute"] == 0
    assert zero["convergence_mean"].max() < 1e-4
    strict = SETTINGS.model_copy(update={"integration_steps": 1, "tolerance": 1e-4})
    with pytest.raises(ArithmeticError, match="integration_steps"):
        integrated_gradients(surrogate, table, scales.inputs(table), strict)


@pytest.fixture
def tables():
    names = ["strain", "E"]
    interval = {"ci_low": [1.0, 0.1], "ci_high": [3.0, 0.3]}
    permutation = pd.DataFrame(
        {"kind": ["feature", "feature", "group"], "name": [*names, "both"], "drop": [2.0, 0.2, 9.0],
         "ci_low": [1.0, 0.1, 8.0], "ci_high": [3.0, 0.3, 10.0], "base_r2": 0.9, "rows": 7}
    )  # fmt: skip
    saliency = pd.DataFrame({"name": names, "standardised": [4.0, np.nan], **interval})
    zero = pd.DataFrame({"name": names, "mean_absolute": [8.0, 4.0], **interval})
    integrated = pd.concat(
        [zero.assign(baseline=b, mean_absolute=zero["mean_absolute"] * f) for b, f in
         (("zero state", 1), ("training mean", 100))]
    )  # fmt: skip
    return permutation, saliency, integrated


def test_the_comparison_is_relative_to_each_methods_largest(tables):
    found = comparison(*tables)
    assert len(found) == 6  # no group, one baseline
    relative = found.pivot_table(index="feature", columns="method", values="relative")
    assert (relative.max() == 1).all()
    assert relative.loc["E"].tolist() == pytest.approx([0.5, 0.1, np.nan], nan_ok=True)
    assert found["relative_ci_high"].iloc[0] == pytest.approx(1.5)


def test_the_summary_is_json_without_nan(tables):
    trained = {
        "law": "elastoplastic", "features": ["strain", "E"], "target": "stress", "seed": 0,
        "r2": 0.9, "test_paths": 3,
    }  # fmt: skip
    named = dict(zip(("permutation_importance", "saliency", "ig"), tables, strict=True))
    found = explain_summary(trained, named, {"repeats": 5})
    text = json.dumps(found, allow_nan=False)
    assert json.loads(text)["saliency"][1]["standardised"] is None
    assert found["base_r2"] == found["summary_r2"] == 0.9
    assert found["feature_names"] == ["strain", "E"]
