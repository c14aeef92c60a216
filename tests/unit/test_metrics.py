"""Errors against exact cases and an independent re-implementation."""

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from matxai.metrics import mae, r2, rmse, score

RNG = np.random.default_rng(0)
TARGET = RNG.normal(size=500)
PREDICTION = TARGET + RNG.laplace(scale=0.3, size=500)


def test_errors_equal_those_of_scikit_learn():
    assert mae(TARGET, PREDICTION) == pytest.approx(mean_absolute_error(TARGET, PREDICTION))
    assert rmse(TARGET, PREDICTION) == pytest.approx(root_mean_squared_error(TARGET, PREDICTION))
    assert r2(TARGET, PREDICTION) == pytest.approx(r2_score(TARGET, PREDICTION))


def test_r2_of_equal_targets_is_undefined():
    assert np.isnan(r2(np.ones(3), np.arange(3.0)))


def test_bootstrap_interval_has_the_width_of_theory():
    """The MAE's standard error is std(|error|) / sqrt(n)."""
    table = score(TARGET, PREDICTION, seed=0).set_index("metric")
    row = table.loc["mae"]
    assert row.ci_low < row.value < row.ci_high
    theory = 2 * 1.96 * np.abs(PREDICTION - TARGET).std() / np.sqrt(500)
    assert row.ci_high - row.ci_low == pytest.approx(theory, rel=0.1)
