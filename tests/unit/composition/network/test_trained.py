"""A network trained on sums of element values, its passes written out; baselines and features by hand."""

import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import torch
from tests.compositions import PARTS, mean_worth, prepared, random_formulas

from matxai.composition.data.compounds import merge_compositions, training_elements
from matxai.composition.data.formulas import NUMBER_OF
from matxai.composition.elements.vectors import network_vectors, read_element_vectors
from matxai.composition.evaluation.baselines import composition_features, predict_baselines
from matxai.composition.evaluation.scores import evaluate
from matxai.composition.network.batch import part_of
from matxai.composition.network.embeddings import (
    embed_elements,
    vector_table,
    write_embeddings,
)
from matxai.composition.network.fitting import (
    network_shape,
    published_batch_size,
    robust_l1,
    task_of,
    train_on,
)
from matxai.composition.network.model_file import CrabNetMetadata, load_network
from matxai.composition.network.predict import predict
from matxai.composition.settings.network import CrabNetShape, CrabNetTraining
from matxai.learning.model_file import save_model
from matxai.run.errors import InputError

SHAPE = CrabNetShape(width=32, layers=2, heads=4, feedforward=64, head=(16,), dropout=0.0)


def compounds(rows=240):
    """Binary compounds whose target is a sum of element values: a formula explains it wholly."""
    table = prepared(random_formulas([2] * rows, range(1, 21), most=3), part=PARTS * (rows // 5))
    return table.assign(target=3 + mean_worth(table, np.random.default_rng(0).normal(size=104)))


@pytest.fixture(scope="module")
def trained():
    table = compounds()
    settings = CrabNetTraining(epochs=40, learning_rate=3e-3, batch_size=16, patience=40)
    task = task_of("regression", table, settings, "cpu")
    start = torch.from_numpy(network_vectors(read_element_vectors("onehot")))
    fitted = train_on(task, start, SHAPE, settings, seed=0, device="cpu")
    metadata = CrabNetMetadata(
        network="hotcrab",
        seed=0,
        shape=network_shape(SHAPE),
        mean=task.mean,
        std=task.std,
        elements=training_elements(table),
        data_sha256="0" * 64,
        best_epoch=fitted.best_epoch + 1,
        settings=settings.model_dump(mode="json"),
        task=task.name,
    )
    return table, fitted, metadata


@pytest.fixture
def loaded(trained, tmp_path):
    _, fitted, metadata = trained
    path = tmp_path / "model.safetensors"
    save_model(path, fitted.state, metadata)
    return load_network(path)


def test_it_learns_what_a_formula_explains(trained, loaded):
    table = trained[0]
    metrics = evaluate(*loaded, table, "cpu").metrics.set_index("metric")["value"]
    assert metrics["r2"] > 0.9
    baselines = predict_baselines(
        table, read_element_vectors("magpie"), trees=20, seeds=[0], threads=1, task="regression"
    )
    constant = baselines[baselines["model"] == "mean"]
    assert metrics["mae"] < 0.3 * (constant["target"] - constant["prediction"]).abs().mean()


def test_history_error_is_the_mae_of_the_kept_state(trained, loaded):
    table, fitted, metadata = trained
    val = table[table["part"] == "val"]
    value, _ = predict(loaded[0], part_of(val).compounds, metadata.mean, metadata.std)
    error = np.abs(value.numpy() - val["target"].to_numpy()).mean()
    assert fitted.history["val_error"].min() == pytest.approx(error, rel=1e-5)


def test_evaluation_keeps_rows_in_order_and_scores_test_alone(trained, loaded):
    table, _, _ = trained
    result = evaluate(*loaded, table, "cpu")
    assert list(result.predictions["line"]) == list(table["line"])
    assert np.allclose(result.predictions["target"], table["target"])
    test = result.predictions[result.predictions["part"] == "test"]
    mae = (test["prediction"] - test["target"]).abs().mean()
    assert result.metrics.set_index("metric").loc["mae", "value"] == pytest.approx(mae)
    # The factor that scales sigma comes from the validation part and no other.
    val = result.predictions[result.predictions["part"] == "val"]
    factor = np.mean(np.sqrt(2) * (val["target"] - val["prediction"]).abs() / val["sigma"])
    assert np.allclose(result.predictions["sigma_calibrated"], factor * result.predictions["sigma"])


def test_model_file_round_trip_and_card(trained, loaded):
    _, fitted, metadata = trained
    network, found = loaded
    assert found == metadata
    assert all(torch.equal(value, fitted.state[k]) for k, value in network.state_dict().items())


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"no tensors")
    with pytest.raises(InputError, match="not a readable safetensors file") as caught:
        load_network(path)
    assert "train_crabnet" in caught.value.details["expected"]
    assert "train_crabnet" in caught.value.details["fix"]
    from safetensors.torch import save_file

    save_file({"a": torch.zeros(1)}, path)
    with pytest.raises(InputError, match="not a network of this line"):
        load_network(path)


def test_embeddings_are_what_the_network_computes(loaded, tmp_path):
    network, metadata = loaded
    table = embed_elements(network, metadata.elements)
    iron = table[table["element"] == "Fe"].set_index(["layer", "kind", "head"])["vector"]
    # By hand: fraction 1, alone in its compound, so that attention returns the value itself.
    with torch.inference_mode():
        embedded = network.embed.weight[:, 25] + network.embed.bias  # one-hot: column of iron
        embedded = embedded * 2**network.embed_scale
        assert np.allclose(iron[0, "embedded", 0], embedded, atol=1e-6)
        x = embedded + network.encode_fraction(torch.ones(1))[0]
        for number, layer in enumerate(network.layers, start=1):
            weight, bias = layer.attention.project.weight, layer.attention.project.bias
            q, k, v = (x @ weight.T + bias).split(32)
            for kind, expected in (("query", q), ("key", k), ("value", v)):
                assert np.allclose(iron[number, kind, 0], expected, atol=1e-5)
                for head in range(4):
                    part = expected[8 * head : 8 * head + 8]
                    assert np.allclose(iron[number, kind, head + 1], part, atol=1e-5)
            x = layer.norm_attention(x + layer.attention.out(v))
            x = layer.norm_feedforward(x + layer.contract(layer.expand(x).relu()))
    path = tmp_path / "embeddings.parquet"
    write_embeddings(table, path, {"seed": 0})
    assert json.loads(pq.read_schema(path).metadata[b"matxai"]) == {"seed": 0}
    assert np.allclose(pd.read_parquet(path)["vector"].iloc[0], table["vector"].iloc[0])


def test_untrained_elements_are_marked_and_left_out_of_vector_tables(loaded):
    network, metadata = loaded
    table = embed_elements(network, metadata.elements)
    assert table["element"].nunique() == len(NUMBER_OF)
    assert set(table.loc[table["in_training"], "element"]) == set(metadata.elements)
    assert list(vector_table(table, "embedded").index) == metadata.elements
    assert vector_table(table, "layer2.key").shape == (len(metadata.elements), 32)


def test_duplicates_are_averaged():
    table = prepared(["FeO", "NaCl", "O2Fe2", "OFe"], [1.0, 5.0, 2.0, 6.0])
    assert merge_compositions(table)["target"].tolist() == [3.0, 5.0]


@pytest.mark.parametrize(("rows", "size"), [(100, 128), (3390, 256), (40_000, 2048), (10**7, 4096)])
def test_published_batch_size(rows, size):
    assert published_batch_size(rows) == size


def test_robust_l1_is_the_laplace_likelihood():
    value, log_sigma, target = torch.randn(3, 50, dtype=torch.float64)
    laplace = torch.distributions.Laplace(value, log_sigma.exp() / np.sqrt(2))
    likelihood = -laplace.log_prob(target).mean() - np.log(np.sqrt(2))
    assert robust_l1(value, log_sigma, target).item() == pytest.approx(likelihood.item())


def test_composition_features_by_hand():
    vectors = np.zeros((104, 1), dtype=np.float32)
    vectors[[1, 8]] = [[2.0], [10.0]]
    features = composition_features([{1: 2.0, 8: 1.0}], vectors)
    mean = (2 * 2 + 10) / 3
    deviation = np.sqrt((2 * (2 - mean) ** 2 + (10 - mean) ** 2) / 3)
    assert features[0].tolist() == pytest.approx([mean, deviation, 2, 10])


@pytest.mark.parametrize(
    ("name", "elements", "features"),
    [("mat2vec", 103, 200), ("magpie", 97, 22), ("oliynyk", 85, 44), ("jarvis", 82, 438),
     ("matscholar", 103, 200), ("megnet16", 94, 16), ("onehot", 103, 103)],
)  # fmt: skip
def test_published_tables_are_whole(name, elements, features):
    table = read_element_vectors(name)
    assert abs(len(table) - elements) <= 6
    assert abs(table.shape[1] - features) <= 2
    assert list(table.index) == sorted(table.index, key=NUMBER_OF.__getitem__)
    assert "Na" in table.index


def test_network_vectors_sit_at_their_atomic_numbers():
    onehot = network_vectors(read_element_vectors("onehot"))
    assert onehot.shape == (104, 103)
    assert onehot[26].argmax() == 25
    assert not onehot[0].any()
    mat2vec = read_element_vectors("mat2vec")
    assert np.allclose(network_vectors(mat2vec)[26], mat2vec.loc["Fe"], atol=1e-6)
    magpie = network_vectors(read_element_vectors("magpie"))
    present = magpie[magpie.any(axis=1)]
    assert np.abs(present.mean(axis=0)).max() < 1e-3
    assert json.dumps(present.std(axis=0).round(2).tolist())


@pytest.mark.parametrize("name", ["layer4.query", "layer0.key", "layer1", "layer1.embedded", "key"])
def test_vectors_that_a_network_does_not_have_are_refused_with_those_it_has(loaded, name):
    network, metadata = loaded
    with pytest.raises(InputError, match="no such vectors") as caught:
        vector_table(embed_elements(network, metadata.elements), name)
    assert caught.value.details["value"] == repr(name)
    assert caught.value.details["expected"].startswith("embedded, layer1.query, layer1.key, ")


def test_an_unknown_element_table_is_refused_with_the_known():
    with pytest.raises(InputError, match="no such table") as caught:
        read_element_vectors("mat3vec")
    assert "onehot, mat2vec, magpie" in caught.value.details["expected"]
