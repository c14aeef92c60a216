"""Strain histories: bounds, shapes of the kinds, and chance."""

import numpy as np
import pytest

from matxai.constitutive.data.generator import strain_path

KINDS = ["cyclic", "ramp_and_hold", "random"]


def drawn(kind, seed=0, steps=200, low=-0.9, high=0.9):
    return strain_path(kind, steps, low, high, np.random.default_rng(seed))


@pytest.mark.parametrize("kind", KINDS)
def test_a_path_starts_at_zero_and_stays_within_the_bounds(kind):
    for seed in range(60):
        path = drawn(kind, seed, low=-0.3)
        assert path.shape == (201,)
        assert path[0] == 0
        assert path.min() >= -0.3
        assert path.max() <= 0.9


@pytest.mark.parametrize("kind", KINDS)
def test_paths_differ_by_seed_alone(kind):
    np.testing.assert_array_equal(drawn(kind, 5), drawn(kind, 5))
    assert np.abs(drawn(kind, 5) - drawn(kind, 6)).max() > 0.01


@pytest.mark.parametrize("kind", KINDS)
def test_paths_use_most_of_the_range(kind):
    paths = np.array([drawn(kind, seed) for seed in range(60)])
    assert paths.max() > 0.8
    assert paths.min() < -0.8


def test_a_cyclic_path_turns_between_both_halves_of_the_range():
    for seed in range(20):
        path = drawn("cyclic", seed, steps=2000)
        direction = np.sign(np.diff(path))
        turns = np.flatnonzero(np.diff(direction) != 0)
        corners = path[turns + 1]
        assert 1 <= len(turns) <= 5
        assert (np.diff(np.sign(corners)) != 0).all()


def test_ramps_are_followed_by_holds():
    for seed in range(20):
        change = np.abs(np.diff(drawn("ramp_and_hold", seed)))
        held = change < 1e-15
        assert 0.1 < held.mean() < 0.9
        starts = np.flatnonzero(np.diff(held.astype(int)) == 1)
        assert 1 <= len(starts) <= 4


def test_random_paths_hold_little_above_their_band():
    power = np.mean(
        [np.abs(np.fft.rfft(np.diff(drawn("random", seed)))) ** 2 for seed in range(40)], axis=0
    )
    # Two relaxations over a tenth of the path: steps differ over some ten periods a path, not more.
    assert power[1:20].sum() > 0.8 * power.sum()
    assert power[60:].sum() < 0.05 * power.sum()
