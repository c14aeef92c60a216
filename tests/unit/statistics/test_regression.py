"""Errors against exact cases and an independent re-implementation."""

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from matxai.statistics.regression import mae, r2, rmse, score

RNG = np.random.default_rng(0)
TARGET = RNG.normal(size=500)
PREDICTION = TARGET + RNG.laplace(scale=0.3, size=500)


def test_errors_equal_those_of_scikit_learn():
    assert mae(TARGET, PREDICTION) == pytest.approx(mean_absolute_error(TARGET, PREDICTION))
    assert rmse(TARGET, PREDICTION) == pytest.approx(root_mean_squared_error(TARGET, PREDICTION))
    assert r2(TARGET, PREDICTION) == pytest.approx(r2_score(TARGET, PREDICTION))


def test_r2_of_equal_targets_is_undefined():
    assert np.isnan(r2(np.ones(3), np.arange(3.0)))


def test_rows_of_one_group_are_no_further_evidence():
    twice = [np.repeat(values, 2) for values in (TARGET, PREDICTION, np.arange(500))]
    once = score(TARGET, PREDICTION, seed=0)
    grouped = score(twice[0], twice[1], group=twice[2], seed=0)
    assert np.allclose(once.drop(columns="metric"), grouped.drop(columns="metric"))
    alone = score(twice[0], twice[1], seed=0).set_index("metric").loc["mae"]
    wide = once.set_index("metric").loc["mae"]
    ratio = (alone.ci_high - alone.ci_low) / (wide.ci_high - wide.ci_low)
    assert ratio == pytest.approx(np.sqrt(0.5), rel=0.1)


def test_bootstrap_interval_has_the_width_of_theory():
    """The MAE's standard error is std(|error|) / sqrt(n)."""
    table = score(TARGET, PREDICTION, seed=0).set_index("metric")
    row = table.loc["mae"]
    assert row.ci_low < row.value < row.ci_high
    theory = 2 * 1.96 * np.abs(PREDICTION - TARGET).std() / np.sqrt(500)
    assert row.ci_high - row.ci_low == pytest.approx(theory, rel=0.1)


def test_a_single_group_has_no_interval():
    table = score(TARGET, PREDICTION, group=np.zeros(500), seed=0)
    assert np.isfinite(table["value"]).all()
    assert table[["ci_low", "ci_high"]].isna().all(axis=None)
