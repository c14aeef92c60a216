"""The published checkpoints in our perceptron, against a forward pass written here with NumPy."""

import json

import numpy as np
import pandas as pd
import pytest
import torch
from tests.project import SHARED

from matxai.constitutive.evaluation.published import PUBLISHED, Inputs, load_published
from matxai.constitutive.network.model_file import Scales
from matxai.constitutive.network.prediction import predict
from matxai.run.errors import InputError

FOLDER = SHARED / "xai_model"
needs_data = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published networks are absent")


def forward(path, rows):
    """ReLU perceptron from the raw file."""
    state = torch.load(path, weights_only=True)
    state = {k: v.numpy().astype(float) for k, v in state.get("state_dict", state).items()}
    layers = sorted({int(name.split(".")[1]) for name in state})
    for layer in layers:
        rows = rows @ state[f"net.{layer}.weight"].T + state[f"net.{layer}.bias"]
        rows = rows if layer == layers[-1] else np.maximum(rows, 0)
    return rows[:, 0]


@needs_data
@pytest.mark.parametrize("name", PUBLISHED)
def test_predictions_are_those_of_the_weights_in_the_order_of_the_training(name):
    inputs = PUBLISHED[name]
    path = FOLDER / name / "model.pt"
    network = load_published(path, inputs)
    generator = np.random.default_rng(0)
    columns = sorted(inputs.features)  # the table's order must not matter
    table = pd.DataFrame(generator.normal(size=(50, len(columns))), columns=columns)
    table["stress"] = 0.0
    count = len(inputs.features)
    mean, std = generator.normal(size=count), generator.uniform(1, 2, count)
    scales = Scales(list(inputs.features), list(mean), list(std), inputs.target, 0.5, 2.0)
    expected = forward(path, (table[list(inputs.features)].to_numpy() - mean) / std)
    np.testing.assert_allclose(predict(network, scales, table), expected * 2 + 0.5, rtol=2e-4)
    assert len(network.net) == 2 * {"viscoelastic_v2": 5}.get(name, 4) + 1


@needs_data
def test_the_elastoplastic_order_is_not_the_one_that_its_explanation_assumed():
    summary = json.loads((FOLDER / "elastoplastic_v2/explain_summary.json").read_text())
    trained = PUBLISHED["elastoplastic_v2"].features
    assert sorted(summary["feature_names"]) == sorted(trained)
    assert tuple(summary["feature_names"]) != trained


@needs_data
def test_the_viscoelastic_network_answers_a_strain_step_with_a_stress_step():
    """Its scales are published, so it can be asked in physical terms: no step, no increment."""
    summary = json.loads((FOLDER / "viscoelastic_v2/explain_summary.json").read_text())
    inputs = PUBLISHED["viscoelastic_v2"]
    assert tuple(summary["feature_names"]) == inputs.features
    mean, std = (summary["x_stats"][key][0] for key in ("x_mean", "x_std"))
    scales = Scales(list(inputs.features), mean, [*std[:4], 0.0], inputs.target, 0.0, 1.0)
    network = load_published(FOLDER / "viscoelastic_v2/model.pt", inputs)
    steps = np.linspace(-0.05, 0.05, 11)
    table = pd.DataFrame(
        {"strain": 0.1 + steps, "prev_strain": 0.1, "prev_stress": 0.1, "control": 0.5, "E": 1.0}
    )
    increment = predict(network, scales, table.assign(stress=0.0))
    assert (np.diff(increment) > 0).all()
    assert abs(increment[5]) < 0.1 * (increment[-1] - increment[0])
    assert increment[0] < 0 < increment[-1]


def test_another_number_of_features_is_refused(tmp_path):
    shapes = {
        "net.0.weight": (4, 3),
        "net.0.bias": (4,),
        "net.2.weight": (1, 4),
        "net.2.bias": (1,),
    }
    torch.save({name: torch.ones(shape) for name, shape in shapes.items()}, tmp_path / "m.pt")
    assert load_published(tmp_path / "m.pt", Inputs(("a", "b", "c"), "stress"))
    with pytest.raises(InputError, match="takes 3 features, 2 are named"):
        load_published(tmp_path / "m.pt", Inputs(("a", "b"), "stress"))


class Harmful:
    def __reduce__(self):
        return (print, ("executed",))


@pytest.mark.parametrize("content", [{"net.0.weight": torch.ones(2, 2)}, [1], Harmful(), {}])
def test_what_is_no_plain_perceptron_is_refused_and_not_executed(tmp_path, capsys, content):
    torch.save(content, tmp_path / "m.pt")
    with pytest.raises(InputError):
        load_published(tmp_path / "m.pt", PUBLISHED["hyperelastic_v2"])
    assert "executed" not in capsys.readouterr().out


def test_a_damaged_file_is_refused(tmp_path):
    (tmp_path / "m.pt").write_bytes(b"not a checkpoint")
    with pytest.raises(InputError, match="plain weights"):
        load_published(tmp_path / "m.pt", PUBLISHED["hyperelastic_v2"])
