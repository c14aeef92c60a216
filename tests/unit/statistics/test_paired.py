"""Paired differences against explicit resampling, scikit-learn and cases whose answer is known."""

import numpy as np
import pytest
from sklearn import metrics

from matxai.statistics.bootstrap import Resamples
from matxai.statistics.classification import class_metrics
from matxai.statistics.scores import paired_differences

RNG = np.random.default_rng(0)
GROUP = np.repeat(np.arange(120), RNG.integers(1, 5, size=120))
TARGET = RNG.normal(size=len(GROUP))
HARD = RNG.normal(size=120)[GROUP]  # what both models miss
PREDICTIONS = {"forest": TARGET + HARD, "network": TARGET + 0.9 * HARD, "copy": TARGET + HARD}


def test_difference_and_interval_are_those_of_rows_drawn_group_by_group():
    table = paired_differences(TARGET, PREDICTIONS, "forest", group=GROUP, seed=4, resamples=200)
    rows = table[table["model"] == "network"].set_index("metric")
    draws = Resamples.of(GROUP, seed=4, resamples=200)
    drawn = [np.repeat(np.arange(len(GROUP)), w[draws.codes].astype(int)) for w in draws.weights]
    for name, metric in (("mae", metrics.mean_absolute_error), ("r2", metrics.r2_score)):
        one, other = PREDICTIONS["network"], PREDICTIONS["forest"]
        values = [metric(TARGET[d], one[d]) - metric(TARGET[d], other[d]) for d in drawn]
        assert rows.loc[name, "difference"] == pytest.approx(
            metric(TARGET, one) - metric(TARGET, other)
        )
        assert rows.loc[name, ["ci_low", "ci_high"]].tolist() == pytest.approx(
            np.quantile(values, [0.025, 0.975]), rel=1e-9
        )


def test_errors_in_common_cancel():
    table = paired_differences(TARGET, PREDICTIONS, "forest", group=GROUP, seed=0)
    assert table["model"].drop_duplicates().tolist() == ["network", "copy"]
    assert (table["reference"] == "forest").all()
    copy = table[table["model"] == "copy"]
    assert (copy[["difference", "ci_low", "ci_high"]] == 0).all(axis=None)
    mae = table[(table["model"] == "network") & (table["metric"] == "mae")].iloc[0]
    assert mae["difference"] == pytest.approx(-0.1 * np.abs(HARD).mean())
    assert mae["ci_high"] < 0
    assert mae["ci_high"] - mae["ci_low"] < 0.05


def test_classes_have_the_differences_of_scikit_learn():
    target = (TARGET > 0).astype(float)
    one, other = (1 / (1 + np.exp(-TARGET - noise)) for noise in (HARD, 3 * HARD))
    table = paired_differences(
        target, {"a": one, "b": other}, "b", group=GROUP, seed=0, metrics=class_metrics
    ).set_index("metric")
    for name, metric in (("roc_auc", metrics.roc_auc_score), ("log_loss", metrics.log_loss)):
        expected = metric(target, one) - metric(target, other)
        assert table.loc[name, "difference"] == pytest.approx(expected)
    assert table.loc["roc_auc", "ci_low"] > 0 > table.loc["log_loss", "ci_high"]
