"""Accuracy of all models: means over seeds by hand, the fair forest, differences on the same draws."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss, roc_auc_score
from tests.compositions import prepared, random_formulas

from matxai.composition.data.compounds import amounts_of
from matxai.composition.elements.vectors import network_vectors, read_element_vectors
from matxai.composition.evaluation.accuracy import (
    ACCURACY_COLUMNS,
    PREDICTION_COLUMNS,
    accuracy_table,
    read_test_predictions,
    with_means,
)
from matxai.composition.evaluation.baselines import composition_features, predict_baselines
from matxai.composition.settings.tasks import FOREST, MEDIAN_FOREST

RNG = np.random.default_rng(0)
ROWS = 400
NOISE = RNG.normal(size=ROWS)  # of the target, which no model can know
TRUTH = RNG.normal(size=ROWS)


def predictions(models, target):
    """{(model, seed): values} as one long table, lines in falling order."""
    tables = [
        pd.DataFrame(
            {"model": model, "seed": seed, "part": "test", "line": np.arange(ROWS)[::-1] + 2,
             "reduced": [f"c{row // 2}" for row in range(ROWS)], "target": target, "prediction": values}
        )
        for (model, seed), values in models.items()
    ]  # fmt: skip
    return pd.concat(tables, ignore_index=True)[list(PREDICTION_COLUMNS)]


MODELS = {
    ("crabnet", 0): TRUTH + 0.3,
    ("crabnet", 1): TRUTH - 0.3,
    (FOREST, 0): TRUTH + 0.2,
    (MEDIAN_FOREST, 0): TRUTH + 0.1,
    ("mean", -1): np.zeros(ROWS),
}


@pytest.fixture(scope="module")
def table():
    found = accuracy_table(predictions(MODELS, TRUTH + NOISE), "regression")
    return found.set_index(["model", "seed", "metric"])


def test_the_mean_of_the_seeds_is_a_model_of_its_own(table):
    assert list(table.reset_index().columns) == list(ACCURACY_COLUMNS)
    errors = {"mae": np.abs(NOISE).mean(), "rmse": np.sqrt(np.square(NOISE).mean())}
    for metric, error in errors.items():
        assert table.loc[("crabnet, mean of 2 seeds", -1, metric), "value"] == pytest.approx(error)
    one = np.abs(NOISE - 0.3).mean()
    assert table.loc[("crabnet", 0, "mae"), "value"] == pytest.approx(one)
    assert set(table.index.get_level_values("model")) == {
        "crabnet", "crabnet, mean of 2 seeds", FOREST, MEDIAN_FOREST, "mean",
    }  # fmt: skip


def test_every_seed_counts_alike_in_the_mean():
    values = (0.0, 0.0, 3.0)
    models = {("crabnet", seed): np.full(ROWS, value) for seed, value in enumerate(values)}
    assert with_means(predictions(models, TRUTH))["crabnet, mean of 3 seeds", -1] == pytest.approx(
        1
    )


def test_each_metric_is_compared_with_the_forest_that_minimises_it(table):
    references = table.groupby("metric")["reference"].unique().map(list).to_dict()
    assert references == {"mae": [MEDIAN_FOREST], "rmse": [FOREST], "r2": [FOREST]}
    own = table.loc[("crabnet", 1, "mae")]
    assert own["difference"] == pytest.approx(
        np.abs(NOISE + 0.3).mean() - np.abs(NOISE - 0.1).mean()
    )
    same = table.loc[(FOREST, 0, "rmse")]
    assert (same["difference"], same["difference_ci_low"], same["difference_ci_high"]) == (0, 0, 0)


def test_the_noise_of_the_target_cancels_in_a_difference(table):
    """Both models share the noise, whose spread widens the interval of a value alone."""
    own = table.loc[("crabnet, mean of 2 seeds", -1, "rmse")]
    assert own["difference_ci_high"] - own["difference_ci_low"] < 0.5 * (
        own["ci_high"] - own["ci_low"]
    )
    assert own["difference_ci_high"] < 0


def test_probabilities_are_averaged_not_log_odds():
    target = (TRUTH + NOISE > 0).astype(float)
    one, other = (1 / (1 + np.exp(-scale * TRUTH)) for scale in (0.5, 20))
    models = {("crabnet", 0): one, ("crabnet", 1): other, (FOREST, 0): one, (FOREST, 1): other}
    frame = predictions(models, target)
    assert np.allclose(with_means(frame)["crabnet, mean of 2 seeds", -1][::-1], (one + other) / 2)
    found = accuracy_table(frame, "classification").set_index(["model", "seed", "metric"])
    mean = found.loc[("crabnet, mean of 2 seeds", -1)]
    assert mean.loc["log_loss", "value"] == pytest.approx(log_loss(target, (one + other) / 2))
    assert mean.loc["roc_auc", "value"] == pytest.approx(roc_auc_score(target, (one + other) / 2))
    # The forest is the mean of its seeds as well.
    assert set(found["reference"]) == {f"{FOREST}, mean of 2 seeds"}
    assert np.allclose(mean["difference"], 0)


def test_only_the_test_part_is_read(tmp_path):
    frame = predictions({("crabnet", 0): TRUTH}, TRUTH)
    frame.loc[:9, "part"] = "val"
    frame.assign(sigma=1.0).to_csv(tmp_path / "a.csv", index=False)
    frame.to_csv(tmp_path / "b.csv", index=False)
    both = read_test_predictions([tmp_path / "a.csv", tmp_path / "b.csv"])
    assert list(both.columns) == list(PREDICTION_COLUMNS)
    assert len(both) == 2 * (ROWS - 10)


def test_forests_predict_the_mean_and_the_median_of_their_trees():
    from sklearn.ensemble import RandomForestRegressor

    formulas = list(dict.fromkeys(random_formulas([2] * 60)))
    parts = ["train"] * 40 + ["test"] * (len(formulas) - 40)
    compounds = prepared(formulas, RNG.lognormal(size=len(formulas)), parts)
    magpie = read_element_vectors("magpie")
    found = predict_baselines(compounds, magpie, trees=7, seeds=[3], threads=1, task="regression")
    assert list(found.columns) == list(PREDICTION_COLUMNS)
    values = {model: rows["prediction"].to_numpy() for model, rows in found.groupby("model")}
    train, test = (compounds[compounds["part"] == part] for part in ("train", "test"))
    rows = network_vectors(magpie)
    learned, asked = (composition_features(amounts_of(part), rows) for part in (train, test))
    forest = RandomForestRegressor(7, max_features=1 / 3, random_state=3)
    forest.fit(learned, train["target"])
    trees = [tree.predict(asked) for tree in forest.estimators_]
    assert np.allclose(values[FOREST], forest.predict(asked))
    assert np.allclose(values[MEDIAN_FOREST], np.sort(trees, axis=0)[3])
    assert np.allclose(values["mean"], train["target"].mean())
