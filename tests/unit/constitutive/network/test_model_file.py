"""The one artefact: feature order and scales cannot be lost or changed."""

import numpy as np
import pandas as pd
import pytest
import torch

from matxai.constitutive.network.model_file import (
    Scales,
    StressNetworkMetadata,
    build,
    load_network,
)
from matxai.learning.model_file import save_model
from matxai.run.errors import InputError

FEATURES = ["strain", "prev_strain", "prev_stress", "E"]


@pytest.fixture
def table():
    generator = np.random.default_rng(0)
    found = pd.DataFrame(generator.normal(size=(40, 3)), columns=FEATURES[:3])
    return found.assign(E=210.0, stress=generator.normal(3, 2, 40))


def test_scales_are_those_of_the_rows_they_were_made_of(table):
    scales = Scales.of(table, FEATURES, "increment")
    inputs = scales.inputs(table).numpy()
    np.testing.assert_allclose(inputs[:, :3].mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(inputs[:, :3].std(axis=0), 1, rtol=1e-5)
    assert (inputs[:, 3] == 0).all()  # constant in training: always zero
    assert (scales.inputs(table.assign(E=500.0)).numpy()[:, 3] == 0).all()
    target = table["stress"] - table["prev_stress"]
    np.testing.assert_allclose(scales.physical(scales.standardised(table)), target, rtol=1e-5)
    assert Scales.of(table, FEATURES, "stress").target_mean == pytest.approx(table["stress"].mean())


def test_scales_are_not_refitted_on_what_is_explained(table):
    scales = Scales.of(table, FEATURES, "stress")
    shifted = table.assign(strain=table["strain"] + 10)
    expected = (shifted["strain"] - table["strain"].mean()) / table["strain"].std(ddof=0)
    np.testing.assert_allclose(scales.inputs(shifted)[:, 0].numpy(), expected, rtol=1e-5)


def test_features_are_taken_by_name_in_the_order_of_the_training(table):
    scales = Scales.of(table, FEATURES, "stress")
    turned = table[["stress", *reversed(FEATURES)]]
    assert torch.equal(scales.inputs(turned), scales.inputs(table))
    other = Scales.of(table, ["prev_strain", "strain", "prev_stress", "E"], "stress")
    assert torch.equal(other.inputs(table)[:, 0], scales.inputs(table)[:, 1])


def test_a_missing_feature_is_named(table):
    scales = Scales.of(table, FEATURES, "stress")
    with pytest.raises(InputError, match="no prev_stress"):
        scales.inputs(table.drop(columns="prev_stress"))
    table.loc[3, "prev_strain"] = np.nan
    with pytest.raises(InputError, match="prev_strain has steps without a number"):
        scales.inputs(table)


def test_equal_targets_teach_nothing(table):
    with pytest.raises(InputError, match="same in all training steps"):
        Scales.of(table.assign(stress=1.0), FEATURES, "stress")


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        ("mlp", {"hidden": 6, "depth": 2, "activation": "silu"}),
        ("lstm", {"hidden": 5, "cell": "lstm"}),
        ("gru", {"hidden": 5, "cell": "gru"}),
    ],
)
def test_a_network_comes_back_as_it_was(tmp_path, table, kind, shape):
    scales = Scales.of(table, FEATURES, "stress")
    network = build(kind, scales, shape, torch.eye(4) if kind == "mlp" else None)
    metadata = StressNetworkMetadata(
        kind=kind, law="elastoplastic", scales=scales, shape=shape, seed=3, best_epoch=7,
        data_sha256="ab", settings={"epochs": 2}, versions={"torch": "2"},
    )  # fmt: skip
    save_model(tmp_path / "a.safetensors", network.state_dict(), metadata)
    save_model(tmp_path / "b.safetensors", network.state_dict(), metadata)
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()
    loaded, found = load_network(tmp_path / "a.safetensors")
    assert found == metadata
    x = scales.inputs(table)
    x = x if kind == "mlp" else x[None]
    assert torch.equal(loaded(x), network(x))
    assert not loaded.training


def test_another_file_is_refused(tmp_path):
    (tmp_path / "x.safetensors").write_bytes(b"nothing")
    with pytest.raises(InputError, match="safetensors") as caught:
        load_network(tmp_path / "x.safetensors")
    assert "train_surrogate or train_recurrent" in caught.value.details["fix"]
