"""Calibration of a stated uncertainty against noise of known scale."""

import numpy as np
import pytest

from matxai.statistics.calibration import (
    laplace_coverage,
    laplace_scale_factor,
    miscalibration_area,
    wilson,
)

RNG = np.random.default_rng(0)
TARGET = RNG.normal(size=500)
PREDICTION = TARGET + RNG.laplace(scale=0.3, size=500)


def test_true_laplace_noise_is_calibrated_and_a_wrong_scale_is_not():
    sigma = np.full(500, 0.3 * np.sqrt(2))
    good = laplace_coverage(TARGET, PREDICTION, sigma)
    within = (good["ci_low"] <= good["expected_coverage"]) & (
        good["expected_coverage"] <= good["ci_high"]
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


@pytest.mark.parametrize(("count", "total"), [(0, 4), (1, 2), (7, 9), (9, 9)])
def test_wilson_interval_solves_its_equation(count, total):
    # Its ends are the shares p from which count / total lies 1.96 standard errors sqrt(p (1 - p) / n).
    z2 = 1.959964**2 / total
    share = count / total
    ends = np.sort(np.roots([1 + z2, -(2 * share + z2), share**2]).real)
    assert wilson(count, total) == pytest.approx(ends, abs=1e-7)


def test_no_trials_have_no_interval():
    assert np.isnan(wilson(0, 0)).all()
