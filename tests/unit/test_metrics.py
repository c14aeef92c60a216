"""Errors and calibration against exact cases and an independent re-implementation."""

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from matxai.metrics import (
    laplace_coverage,
    laplace_scale_factor,
    mae,
    miscalibration_area,
    r2,
    rmse,
    score,
)

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


def test_true_laplace_noise_is_calibrated_and_a_wrong_scale_is_not():
    sigma = np.full(500, 0.3 * np.sqrt(2))
    good = laplace_coverage(TARGET, PREDICTION, sigma)
    within = (good["low"] <= good["expected_coverage"]) & (
        good["expected_coverage"] <= good["high"]
    )
    assert within.mean() > 0.8
    narrow = laplace_coverage(TARGET, PREDICTION, sigma / 3)
    assert (narrow["observed_coverage"] < narrow["expected_coverage"]).all()
    assert miscalibration_area(narrow) > 5 * miscalibration_area(good)


def test_scale_factor_undoes_a_wrong_scale():
    sigma = np.full(500, 0.3 * np.sqrt(2))
    assert laplace_scale_factor(TARGET, PREDICTION, sigma) == pytest.approx(1, abs=0.1)
    ratio = laplace_scale_factor(TARGET, PREDICTION, sigma / 4) / laplace_scale_factor(
        TARGET, PREDICTION, sigma
    )
    assert ratio == pytest.approx(4)


def test_scale_factor_maximises_the_likelihood():
    sigma = RNG.uniform(0.1, 1, size=500)

    def likelihood(factor):
        b = factor * sigma / np.sqrt(2)
        return (-np.log(2 * b) - np.abs(TARGET - PREDICTION) / b).sum()

    best = laplace_scale_factor(TARGET, PREDICTION, sigma)
    assert likelihood(best) > max(likelihood(0.97 * best), likelihood(1.03 * best))
