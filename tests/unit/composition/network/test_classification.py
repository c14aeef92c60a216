"""Classes: losses and log-odds written out, scikit-learn's forest, refusals, figures of planted tables."""

import json
import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import save_file
from sklearn.ensemble import RandomForestClassifier
from tests.compositions import PARTS, mean_worth, prepared, random_formulas
from torch import nn

from matxai.composition.attention.capture import AttentionCapture
from matxai.composition.attention.store import AttentionStore
from matxai.composition.attention.writer import pack
from matxai.composition.data.compounds import amounts_of, merge_compositions, training_elements
from matxai.composition.data.formulas import NUMBER_OF
from matxai.composition.data.preparation import prepare
from matxai.composition.data.report import class_table
from matxai.composition.data.sources import read_parts, read_transport
from matxai.composition.elements.vectors import network_vectors, read_element_vectors
from matxai.composition.evaluation.accuracy import curves_of_parts, roc_notes
from matxai.composition.evaluation.baselines import composition_features, predict_baselines
from matxai.composition.evaluation.scores import evaluate
from matxai.composition.evaluation.target import (
    contribution_quantity,
    error_quantity,
    target_quantity,
)
from matxai.composition.explain.contribution_summary import (
    summarise,
    with_class_shares,
    with_visibility,
)
from matxai.composition.explain.contributions import check_average, contributions
from matxai.composition.figures.contributions import contribution_boxes
from matxai.composition.figures.data import class_figure
from matxai.composition.network import fitting
from matxai.composition.network.batch import part_of
from matxai.composition.network.fitting import log_loss, network_shape, task_of, train_on
from matxai.composition.network.model_file import CrabNetMetadata, load_network
from matxai.composition.network.predict import predict
from matxai.composition.settings.attention import Attention
from matxai.composition.settings.data import METAL, CompositionFolder, CompositionPreparation
from matxai.composition.settings.network import CrabNetShape, CrabNetTraining
from matxai.config.loading import ConfigError, load
from matxai.learning.model_file import save_model
from matxai.plotting.classification import reliability_figure, roc_figure
from matxai.run.errors import InputError
from matxai.statistics.calibration import expected_calibration_error
from matxai.study import Study

SHAPE = CrabNetShape(width=16, layers=1, heads=2, feedforward=16, head=(8,), dropout=0.0)
SETTINGS = CrabNetTraining(
    epochs=10, learning_rate=0.03, batch_size=16, patience=15, checkpoint_every=99
)
METALS = {"task": "classification", "label": "metal", "unit": "", "transform": "none"}


def compounds():
    """Binary compounds of class 1 where the weighted worth of their elements is above 0."""
    table = prepared(random_formulas([2] * 250, range(3, 19), most=3), part=PARTS * 50)
    worth = mean_worth(table, np.random.default_rng(1).normal(size=104))
    return table.assign(target=(worth > 0).astype(float))


TABLE = compounds()


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A network with its captured attention, the regression's loss forbidden throughout."""
    folder = tmp_path_factory.mktemp("classes")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "robust_l1", None)
        task = task_of("classification", TABLE, SETTINGS, "cpu")
        vectors = torch.from_numpy(network_vectors(read_element_vectors("onehot")))
        capture = AttentionCapture(
            TABLE, task, Attention(), SETTINGS, SHAPE, folder / "a.zarr",
            known=np.arange(104) > 0, origin={},
        )  # fmt: skip
        fitted = train_on(task, vectors, SHAPE, SETTINGS, seed=0, device="cpu", observer=capture)
    pack(folder / "a.zarr", folder / "a.zarr.zip")
    metadata = CrabNetMetadata(
        network="hotcrab", seed=0, shape=network_shape(SHAPE), mean=task.mean, std=task.std,
        elements=training_elements(TABLE), data_sha256="0" * 64, best_epoch=fitted.best_epoch + 1,
        settings=SETTINGS.model_dump(mode="json"), task=task.name,
    )  # fmt: skip
    save_model(folder / "model.safetensors", fitted.state, metadata)
    network, found = load_network(folder / "model.safetensors")
    assert found == metadata
    return SimpleNamespace(
        fitted=fitted, network=network, metadata=metadata, store=folder / "a.zarr.zip"
    )  # fmt: skip


@pytest.fixture(scope="module")
def evaluation(trained):
    return evaluate(trained.network, trained.metadata, TABLE, "cpu")


def logits(network, part):
    """Log-odds of each compound by hand: the mean of its elements' gated outputs."""
    with torch.inference_mode():
        batch = part.compounds.batch(torch.arange(len(part)))
        tokens = network.tokens(batch)
        for layer in network.encoder_layers:
            tokens, _ = layer(tokens, batch)
        value, _, gate = network.head(tokens).unbind(-1)
        gated = (value * gate.sigmoid()).double()
    counts = part.compounds.counts[batch.rows]
    sums = torch.zeros(len(part), dtype=torch.float64)
    sums.index_add_(0, batch.rows.repeat_interleave(counts), gated)
    return (sums / part.compounds.counts).numpy()


def test_log_loss_by_hand_with_soft_targets():
    odds, target = torch.tensor([0.0, 2.0, -1.0]), torch.tensor([1.0, 0.25, 0.0])
    p = [1 / (1 + math.exp(-float(x))) for x in odds]
    expected = -(
        math.log(p[0]) + 0.25 * math.log(p[1]) + 0.75 * math.log(1 - p[1]) + math.log(1 - p[2])
    )
    assert float(log_loss(odds, target)) == pytest.approx(expected / 3)
    # The best log-odds of a soft target are its own.
    best = torch.tensor([math.log(0.25 / 0.75)])
    losses = [float(log_loss(best + d, torch.tensor([0.25]))) for d in (-0.1, 0, 0.1)]
    assert losses[1] < min(losses[0], losses[2])


def test_the_loss_of_a_batch_takes_the_share_of_duplicates_that_disagree():
    table = TABLE.assign(reduced=[f"r{i // 15}" for i in range(len(TABLE))])
    task = task_of("classification", table, SETTINGS, "cpu")
    shares = table[table["part"] == "train"].groupby("reduced", sort=False)["target"].mean()
    assert 0 < shares.iloc[0] < 1
    assert task.train.target.tolist() == pytest.approx(shares.tolist())
    assert (task.mean, task.std) == (0, 1)

    class Half(nn.Module):
        def forward(self, batch):
            return SimpleNamespace(value=torch.full((len(batch.rows),), 1.5))

    batch = next(task.batches())
    y, p = task.train.target[batch.rows].double(), 1 / (1 + math.exp(-1.5))
    expected = -(y * math.log(p) + (1 - y) * math.log(1 - p)).mean()
    assert float(task.loss(Half(), batch)) == pytest.approx(float(expected))


def test_a_separable_set_is_learned(trained, evaluation):
    metrics = evaluation.metrics.set_index("metric")
    assert metrics.loc["roc_auc", "value"] > 0.95
    assert metrics.loc["roc_auc", "ci_low"] > 0.85
    assert metrics.loc["accuracy", "value"] > 0.85
    assert trained.fitted.history["val_error"].min() < 0.4


def test_the_history_is_the_log_loss_of_the_kept_state(trained):
    val = TABLE[TABLE["part"] == "val"]
    p = 1 / (1 + np.exp(-logits(trained.network, part_of(val))))
    expected = -np.log(np.where(val["target"] == 1, p, 1 - p)).mean()
    assert trained.fitted.history["val_error"].min() == pytest.approx(expected, rel=1e-4)


def test_predictions_are_the_sigmoid_of_the_mean_over_elements(trained, evaluation):
    odds = logits(trained.network, part_of(TABLE))
    value, _ = predict(
        trained.network, part_of(TABLE).compounds, trained.metadata.mean, trained.metadata.std
    )
    assert np.allclose(value, odds, atol=1e-5)
    table = evaluation.predictions
    assert np.allclose(table["log_odds"], odds, atol=1e-5)
    assert np.allclose(table["prediction"], 1 / (1 + np.exp(-odds)), atol=1e-6)
    assert table["prediction"].between(0, 1, inclusive="neither").all()
    assert not [name for name in table if "sigma" in name]
    assert list(table["line"]) == list(TABLE["line"])


def test_attention_is_kept_with_the_probabilities_of_its_step(trained):
    with AttentionStore(trained.store) as store:
        assert store.attributes["task"] == "classification"
        target = store.compounds["target"].to_numpy()[:, None]
        p = store.predictions.astype(float)
    assert ((p > 0) & (p < 1)).all()
    losses = -np.log(np.where(target == 1, p, 1 - p)).mean(axis=0)
    assert np.allclose(losses, trained.fitted.history["val_error"], rtol=1e-4)


def test_calibration_is_that_of_the_test_part(evaluation):
    curve = evaluation.calibration
    assert curve["rows"].sum() == (TABLE["part"] == "test").sum()
    error = evaluation.metrics.set_index("metric").loc["expected calibration error", "value"]
    assert error == expected_calibration_error(curve)


def test_baselines_are_the_training_share_and_a_classifier():
    table = pd.concat([TABLE, TABLE.iloc[[0]].assign(target=1 - TABLE["target"].iloc[0])])
    magpie = read_element_vectors("magpie")
    predictions = predict_baselines(
        table, magpie, trees=40, seeds=[0, 5], threads=4, task="classification"
    )
    found = predictions.set_index(["model", "seed", "line"])["prediction"]
    share = merge_compositions(table[table["part"] == "train"])["target"].mean()
    test = table[table["part"] == "test"]
    assert found["share of class 1", -1].tolist() == [share] * len(test)
    # The forest again, the row that disagrees learned as either class, by its share.
    train = merge_compositions(table[table["part"] == "train"])
    assert train["target"].between(0, 1, inclusive="neither").sum() == 1
    rows = network_vectors(magpie)
    learned, asked = (composition_features(amounts_of(part), rows) for part in (train, test))
    whole = train["target"].to_numpy()
    features = np.concatenate([learned[whole > 0], learned[whole < 1]])
    classes = [1] * (whole > 0).sum() + [0] * (whole < 1).sum()
    weights = [*whole[whole > 0], *(1 - whole[whole < 1])]
    forest = RandomForestClassifier(40, max_features="sqrt", random_state=5)
    expected = forest.fit(features, classes, weights).predict_proba(asked)[:, 1]
    # To the last digit, however many threads grew it.
    assert found["random forest", 5].tolist() == expected.tolist()


def test_contributions_are_log_odds_that_average_to_the_prediction(trained, evaluation):
    table = contributions(trained.network, trained.metadata, TABLE)
    check = check_average(table, trained.metadata.mean, trained.metadata.std)
    assert (check["largest_difference"] <= check["tolerance"]).all()
    average = table.groupby(["part", "line"], sort=False)["contribution"].mean()
    probability = 1 / (1 + np.exp(-average.to_numpy()))
    assert np.allclose(probability, evaluation.predictions["prediction"], atol=1e-5)


def test_contributions_stand_beside_the_class_shares():
    summary = pd.DataFrame({"compounds": [3, 4], "target_mean": [1 / 3, 0.0]})
    found = with_class_shares(summary)
    assert found["target_log_odds"].tolist() == pytest.approx(
        [np.log(1.5 / 2.5), np.log(0.5 / 4.5)]
    )
    half = 1.96 * np.sqrt(1 / 1.5 + 1 / 2.5)
    assert found["target_log_odds_ci_high"][0] == pytest.approx(np.log(0.6) + half, rel=1e-4)
    assert found["target_log_odds_ci_low"][0] == pytest.approx(np.log(0.6) - half, rel=1e-4)


def test_the_figure_of_contributions_has_shares_instead_of_target_boxes(trained):
    table = summarise(contributions(trained.network, trained.metadata, TABLE), seed=0)
    shown = with_class_shares(with_visibility(table, 1))
    axes = contribution_boxes(shown, contribution_quantity(METALS)).axes[0]
    squares = next(line for line in axes.lines if line.get_gid() == "target_log_odds")
    assert list(squares.get_ydata()) == list(shown["target_log_odds"])
    assert len([patch for patch in axes.patches if len(patch.get_path())]) == len(shown)
    assert axes.get_ylabel() == "log-odds of metal"


def test_labels_name_probability_and_nats():
    assert target_quantity(METALS).axis() == "probability of metal"
    assert error_quantity(METALS).unit == "nats"


def test_class_shares_of_each_part():
    table = class_table(TABLE).set_index(["part", "class"])
    ones = TABLE[TABLE["part"] == "val"]["target"]
    assert table.loc[("val", 1), "compounds"] == ones.sum()
    assert table.loc[("val", 1), "share"] + table.loc[("val", 0), "share"] == 1
    assert table.loc[("val", 1), "ci_low"] < ones.mean() < table.loc[("val", 1), "ci_high"]
    axes = class_figure(table.reset_index(), "metal").axes[0]
    widths = [bar.get_width() for bar in axes.patches]
    assert widths == [table.loc[(part, 1), "share"] for part in ("train", "val", "test")]


def test_roc_figure_shows_the_curves_and_the_areas(evaluation):
    curves = curves_of_parts(evaluation.predictions, seed=0)
    notes = roc_notes(evaluation.metrics)
    figure = roc_figure(curves, notes, "planted")
    roc, precision = figure.axes
    test = curves[curves["part"] == "test"]
    drawn = {line.get_label(): line for line in roc.lines}
    auc = evaluation.metrics.set_index("metric").loc["roc_auc", "value"]
    line = drawn[f"test{notes['roc']}"]
    assert f"AUC {auc:.3f}" in notes["roc"]
    assert list(line.get_ydata()) == list(test["recall"])
    area = np.trapezoid(line.get_ydata(), line.get_xdata())
    assert area == pytest.approx(auc)
    guide = next(line for line in precision.lines if line.get_label() == "chance (test)")
    share = TABLE[TABLE["part"] == "test"]["target"].mean()
    assert guide.get_ydata()[0] == pytest.approx(share)
    alone = curves.assign(false_positive_rate=np.nan)
    assert "both classes" in roc_figure(alone, notes).texts[0].get_text()


def test_reliability_figure_shows_shares_and_counts(evaluation):
    curve = evaluation.calibration
    shares, counts = reliability_figure(curve).axes
    filled = curve[curve["rows"] > 0]
    observed = next(line for line in shares.lines if line.get_label() == "observed")
    assert list(observed.get_ydata()) == list(filled["observed_share"])
    assert [bar.get_height() for bar in counts.patches] == list(curve["rows"])
    assert f"{expected_calibration_error(curve):.3f}" in shares.texts[0].get_text()


ROWS = "formula,target\nFe2O3,1\nNaCl,0\nLiF,true\nMgO,False\nCaO, 1.0\n"


def own(tmp_path, train=ROWS, **settings):
    for part, text in {"train": train, "val": ROWS, "test": ROWS}.items():
        (tmp_path / f"{part}.csv").write_text(text)
    raw = read_parts({part: tmp_path / f"{part}.csv" for part in ("train", "val", "test")})
    dataset = CompositionFolder(source="folder", path="x", task="classification")
    return prepare(raw, dataset, CompositionPreparation(**settings), NUMBER_OF)


def test_zero_one_true_and_false_are_classes(tmp_path):
    result = own(tmp_path)
    assert not len(result.refused)
    train = result.compounds[result.compounds["part"] == "train"]
    assert train["target"].tolist() == [1, 0, 1, 0, 1]
    report = result.report.set_index(["part", "quantity"])["value"]
    assert report["train", "rows of class 1"] == 3
    assert report["test", "share of class 1"] == 0.6
    assert report["train", "compositions with both classes"] == 0


def test_everything_else_is_refused_with_its_line(tmp_path):
    bad = ["2", "0.5", "-1", "yes", "", "nan", "1e0"]
    rows = ROWS + "".join(f"KCl,{text}\n" for text in bad)
    refused = own(tmp_path, rows).refused
    assert refused["target"].tolist() == bad
    assert refused["line"].tolist() == list(range(7, 7 + len(bad)))
    assert refused["reason"].tolist() == [f"target {text!r} is no class" for text in bad]
    assert set(refused["expected"]) == {"0 or 1, or false or true"}
    with pytest.raises(InputError, match="is no class") as caught:
        own(tmp_path, rows, strict=True)
    assert "train.csv" in str(caught.value)
    assert "line 7" in str(caught.value)


def test_one_class_is_nothing_to_learn_from(tmp_path):
    with pytest.raises(
        InputError, match="compositions of the train part have the target"
    ) as caught:
        own(tmp_path, "formula,target\nFeO,1\nNaCl,1\n")
    assert "rows of class 0 and of class 1" in str(caught.value)
    table = TABLE.assign(target=1.0)
    for task in ("classification", "regression"):
        with pytest.raises(InputError, match="all training targets are equal") as caught:
            task_of(task, table, SETTINGS, "cpu")
        assert caught.value.details["value"] == "1.0"
        assert caught.value.details["fix"]
    with pytest.raises(InputError, match="are 0 or 1"):
        task_of("classification", TABLE.assign(target=TABLE["target"] * 2), SETTINGS, "cpu")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"source": "folder", "path": "x", "transform": "log10"}, "transform is 'log10'"),
        ({"source": "folder", "path": "x", "unit": "eV"}, "unit is 'eV'"),
        ({"source": "transport", "target": "PF_n"}, "target PF_n is a number"),
        ({"source": "transport", "target": "metal"}, "write metals: keep"),
    ],
)
def test_settings_that_make_no_class_are_refused(given, expected):
    block = {"datasets": {"a": {"task": "classification", **given}}}
    with pytest.raises(ConfigError, match=r"composition\.datasets\.a") as caught:
        load(Study, {"composition": block})
    assert expected in str(caught.value)


def test_metal_is_no_number():
    block = {"datasets": {"a": {"source": "transport", "target": "metal", "metals": "keep"}}}
    with pytest.raises(ConfigError, match="write task: classification"):
        load(Study, {"composition": block})


def test_the_embedded_classes_are_the_metals():
    raw = read_transport(METAL)
    assert set(raw["target"]) == {"0", "1"}
    assert ((raw["target"] == "1") == raw["metal"]).all()
    assert raw["metal"].sum() == 17_863  # those that the power factor leaves out


def test_a_network_of_before_has_no_task_and_is_refused(tmp_path):
    values = {"network": "crabnet", "seed": 0, "shape": {}, "mean": 1.0, "std": 2.0, "elements": []}
    values |= {"data_sha256": "", "best_epoch": 1, "settings": {}}
    path = tmp_path / "model.safetensors"
    save_file({"vectors": torch.eye(104)}, path, {"matxai.composition/1": json.dumps(values)})
    with pytest.raises(InputError, match="not a network of this line") as caught:
        load_network(path)
    assert "train_crabnet" in caught.value.details["fix"]


def test_a_part_without_compounds_has_no_class_shares():
    table = class_table(TABLE[TABLE["part"] != "val"]).set_index(["part", "class"])
    assert table.loc["val", "compounds"].tolist() == [0, 0]
    assert table.loc["val"][["share", "ci_low", "ci_high"]].isna().all(axis=None)
    assert table.loc["test", "share"].sum() == 1
    texts = [text.get_text() for text in class_figure(table.reset_index(), "metal").axes[0].texts]
    assert texts[1] == "no compound"
