"""Training of both networks: what they see, and that they learn."""

import numpy as np
import pytest
import torch

from matxai.attribution.gradients import gradients
from matxai.constitutive.laws import LAWS
from matxai.constitutive.network.fitting import (
    StressRegression,
    samples_of,
    train,
)
from matxai.constitutive.network.model_file import Scales, build, target_of
from matxai.constitutive.network.prediction import predict, predict_history
from matxai.constitutive.settings.network import (
    Recurrent,
    StressTraining,
    Surrogate,
    SurrogateTraining,
)
from matxai.statistics.regression import r2

ORIGIN = {"law": "hyperelastic", "data_sha256": "", "versions": {}}
FAST = {"epochs": 20, "batch_size": 32, "learning_rate": 1e-2, "patience": 20}


def surrogate(table, **changes):
    features = list(LAWS["hyperelastic"].features)
    settings = SurrogateTraining(**FAST | changes)
    shape = Surrogate(hidden=24, depth=2)
    return train(table, features, "stress", shape, settings, seed=0, device="cpu", **ORIGIN)


def test_a_small_network_learns_the_hyperelastic_law(steps):
    table = steps["hyperelastic"]
    fitted, metadata, _ = surrogate(table)
    network = build("mlp", metadata.scales, metadata.shape, fitted.state["mixing"])
    network.load_state_dict(fitted.state)
    test = table[table["part"] == "test"]
    assert r2(target_of(test, "stress"), predict(network, metadata.scales, test)) > 0.98


def test_neither_scales_nor_weights_depend_on_the_test_part(steps):
    table = steps["hyperelastic"]
    changed = table.copy()
    changed.loc[changed["part"] == "test", ["strain", "stress", "prev_stress"]] *= 100
    (one, mine, _), (other, its, _) = surrogate(table, epochs=2), surrogate(changed, epochs=2)
    assert mine.scales == its.scales
    assert all(torch.equal(one.state[k], other.state[k]) for k in one.state)


def test_the_scales_are_those_of_the_training_part_alone(steps):
    table = steps["hyperelastic"]
    scales = surrogate(table, epochs=1)[1].scales
    fitted = table[table["part"] == "train"]
    np.testing.assert_allclose(scales.mean, fitted[scales.features].mean())
    assert scales.target_std == pytest.approx(fitted["stress"].std(ddof=0))
    assert not np.allclose(scales.mean, table[scales.features].mean())


def test_every_row_is_seen_once_an_epoch(steps):
    table = steps["hyperelastic"]
    scales = Scales.of(table, ["strain"], "stress")
    data = samples_of(table, scales, "cpu", paths=False)
    task = StressRegression(data, data, 64, 1.0)
    rows = torch.cat(list(task.batches()))
    assert sorted(rows.tolist()) == list(range(len(table)))
    assert task.steps == len(list(task.batches()))


def test_padding_counts_neither_in_the_loss_nor_in_the_validation(steps):
    table = steps["viscoelastic"]
    table = table[(table["path"] % 2 == 0) | (table["step"] <= 5)]
    scales = Scales.of(table, ["strain"], "stress")
    data = samples_of(table, scales, "cpu", paths=True)
    network = build("gru", scales, {"hidden": 3, "cell": "gru"}, None)
    task = StressRegression(data, data, 4, scales.target_std)
    predicted = predict_history(network, scales, table)
    expected = np.sqrt(np.mean((predicted - table["stress"]) ** 2))
    assert task.validate(network) == pytest.approx(expected, rel=1e-4)
    z = (predicted - table["stress"]).abs() / scales.target_std
    huber = np.where(z < 1, z**2 / 2, z - 0.5).mean()
    everything = torch.arange(len(data.inputs))
    assert float(task.loss(network, everything).detach()) == pytest.approx(huber, rel=1e-4)


def test_a_recurrent_network_learns_and_is_repeatable(steps):
    table = steps["viscoelastic"]
    settings = StressTraining(**FAST | {"batch_size": 2, "epochs": 25})
    network = Recurrent(hidden=8)
    fits = [
        train(table, ["strain", "dt"], "stress", network, settings, seed=0, device="cpu", **ORIGIN)
        for _ in range(2)
    ]
    history = fits[0][0].history
    assert history["val_error"].iloc[-1] < 0.5 * history["val_error"].iloc[0]
    assert history.equals(fits[1][0].history)


def test_noise_on_the_previous_stress_stops_the_network_from_leaning_on_it(steps):
    table = steps["hyperelastic"]
    slopes = []
    for noise in (0.0, 0.5):
        fitted, metadata, _ = surrogate(table, stress_noise=noise)
        network = build("mlp", metadata.scales, metadata.shape, fitted.state["mixing"])
        network.load_state_dict(fitted.state)
        found = gradients(network, metadata.scales.inputs(table)).abs().mean(dim=0)
        slopes.append(float(found[metadata.scales.features.index("prev_stress")]))
    assert slopes[1] < 0.5 * slopes[0]
