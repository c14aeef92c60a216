"""Intervals over groups of rows against explicit resampling, theory, and the undefined cases."""

import numpy as np
import pytest

from matxai.statistics.bootstrap import Resamples, mean_interval, quantile_interval
from matxai.statistics.regression import r2, r2_interval

RNG = np.random.default_rng(0)
GROUP = np.repeat(
    RNG.permutation(40), RNG.integers(1, 9, size=40)
)  # unequal groups, labels unsorted
OFFSET = RNG.normal(size=40)[GROUP]
TARGET = 3e4 + OFFSET + RNG.normal(size=len(GROUP))
PREDICTION = TARGET + 0.5 * OFFSET + 0.3 * RNG.normal(size=len(GROUP))


def drawn_rows(seed, resamples=1000):
    """The rows of every draw, each group copied as often as its weight says."""
    draws = Resamples.of(GROUP, seed=seed, resamples=resamples)
    return [np.repeat(np.arange(len(GROUP)), w[draws.codes].astype(int)) for w in draws.weights]


def test_r2_equals_that_of_the_rows():
    value, _, _ = r2_interval(TARGET, PREDICTION, GROUP, seed=0)
    assert value == pytest.approx(r2(TARGET, PREDICTION), abs=1e-12)


def test_r2_interval_equals_that_of_rows_drawn_group_by_group():
    _, low, high = r2_interval(TARGET, PREDICTION, GROUP, seed=5, resamples=300)
    values = [r2(TARGET[rows], PREDICTION[rows]) for rows in drawn_rows(5, 300)]
    assert (low, high) == pytest.approx(np.quantile(values, [0.025, 0.975]), rel=1e-9)


@pytest.mark.parametrize("values", [TARGET, np.stack([TARGET, PREDICTION, OFFSET], axis=1)])
def test_mean_interval_equals_that_of_rows_drawn_group_by_group(values):
    mean, low, high = mean_interval(values, GROUP, seed=5, resamples=300)
    drawn = [values[rows].mean(axis=0) for rows in drawn_rows(5, 300)]
    expected = np.quantile(drawn, [0.025, 0.975], axis=0)
    np.testing.assert_allclose(mean, values.mean(axis=0))
    np.testing.assert_allclose([low, high], expected, rtol=1e-9)


def test_quantile_interval_equals_that_of_rows_drawn_group_by_group():
    value, low, high = quantile_interval(TARGET, GROUP, 0.3, seed=5, resamples=300)
    drawn = [np.quantile(TARGET[r], 0.3, method="inverted_cdf") for r in drawn_rows(5, 300)]
    assert value == np.quantile(TARGET, 0.3)
    assert (low, high) == pytest.approx(np.quantile(drawn, [0.025, 0.975]))


def test_draws_hold_as_many_groups_as_there_are_and_differ_by_seed():
    weights = Resamples.of(GROUP, seed=1).weights
    assert weights.shape == (1000, 40)
    assert (weights.sum(axis=1) == 40).all()
    np.testing.assert_array_equal(weights, Resamples.of(GROUP, seed=1).weights)
    assert (weights != Resamples.of(GROUP, seed=2).weights).any()


def test_copies_of_a_row_within_its_group_are_no_further_evidence():
    """25 copies of each row: same interval over groups, a fifth of the width over rows."""
    values, copies = RNG.normal(size=200), np.repeat(np.arange(200), 25)
    _, low, high = mean_interval(values, np.arange(200), seed=0)
    _, low_copied, high_copied = mean_interval(values[copies], copies, seed=0)
    _, low_rows, high_rows = mean_interval(values[copies], np.arange(5000), seed=0)
    assert (low_copied, high_copied) == pytest.approx((low, high))
    assert high - low == pytest.approx(2 * 1.96 * values.std() / np.sqrt(200), rel=0.1)
    assert (high - low) / (high_rows - low_rows) == pytest.approx(5, rel=0.15)


def test_bootstrap_interval_is_that_of_the_normal_approximation():
    rng = np.random.default_rng(0)
    values = rng.normal(2, 3, (400, 2))
    _, low, high = mean_interval(values, np.arange(400), seed=0, resamples=4000)
    for column, mine in enumerate(values.T):
        half = 1.96 * mine.std() / np.sqrt(len(mine))
        assert low[column] == pytest.approx(mine.mean() - half, abs=0.1 * half)
        assert high[column] == pytest.approx(mine.mean() + half, abs=0.1 * half)


def test_one_group_has_no_interval():
    value, low, high = r2_interval(TARGET, PREDICTION, np.zeros(len(TARGET)), seed=0)
    assert value == pytest.approx(r2(TARGET, PREDICTION))
    assert np.isnan([low, high]).all()
    _, low, high = mean_interval(np.ones((4, 3)), np.zeros(4), seed=0)
    assert low.shape == (3,)
    assert np.isnan([low, high]).all()


def test_r2_of_equal_targets_is_undefined_although_their_mean_is_rounded():
    assert np.full(3, 0.1).mean() != 0.1
    assert np.isnan(r2_interval(np.full(3, 0.1), np.arange(3.0), np.arange(3), seed=0)).all()


def test_draws_of_equal_targets_are_left_out():
    """Two groups of one value each: every draw of only one of them has no R2."""
    target = np.repeat([0.1, 0.7], 3)
    values = r2_interval(target, target + 0.01, np.repeat([0, 1], 3), seed=0)
    assert values == pytest.approx([1 - 0.01**2 / 0.3**2] * 3)
