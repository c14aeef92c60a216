"""Neighbours against brute force, agreement of maps against planted answers and scikit-learn."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.manifold import trustworthiness as reference

from matxai.composition.umap import fit as module
from matxai.composition.umap.fit import (
    nearest_neighbours,
    neighbour_overlap,
    trustworthiness,
)


def points(size, features, seed=0):
    return np.random.default_rng(seed).normal(size=(size, features)).astype(np.float32)


def test_nearest_are_those_of_all_pairs():
    data = points(100, 6)
    indices, distances = nearest_neighbours(data, 7)
    full = cdist(data, data)
    assert np.array_equal(indices, full.argsort(axis=1)[:, :7])
    assert np.allclose(distances, np.sort(full, axis=1)[:, :7], atol=1e-6)


def test_small_distances_far_from_the_origin_keep_their_digits():
    data = points(60, 40) + 1e3
    data[1] = data[0]
    data[1, 0] += 0.01
    indices, distances = nearest_neighbours(data, 3)
    assert indices[0, 1] == 1
    assert distances[0, 1] == pytest.approx(data[1, 0] - data[0, 0], rel=1e-2)


def test_coincident_points_come_after_the_point_itself():
    data = np.zeros((6, 3), dtype=np.float32)
    data[3:] = 100
    indices, distances = nearest_neighbours(data, 3)
    assert list(indices[:, 0]) == list(range(6))
    assert not distances.any()
    assert {frozenset(row) for row in indices.tolist()} == {
        frozenset((0, 1, 2)),
        frozenset((3, 4, 5)),
    }


def test_overlap_of_the_same_map_is_one_and_of_others_is_chance():
    data = points(600, 2)
    turned = data @ np.array([[0, 1], [-1, 0]], dtype=np.float32) + 5
    assert neighbour_overlap(data, turned, 10) == 1
    assert neighbour_overlap(data, points(600, 2, seed=1), 10) == pytest.approx(10 / 599, abs=0.006)


def test_overlap_by_hand():
    first = np.array([[0], [1], [3], [7]], dtype=np.float32)
    second = np.array([[0], [1], [7], [3]], dtype=np.float32)
    # Nearest: 1, 0, 1, 2 against 1, 0, 3, 1: two of four.
    assert neighbour_overlap(first, second, 1) == 0.5


@pytest.mark.parametrize("k", [1, 5, 15])
def test_trustworthiness_is_that_of_scikit_learn(k):
    space = points(200, 10)
    for shown in (space[:, :2], points(200, 2, seed=3)):
        assert trustworthiness(space, shown, k) == pytest.approx(
            reference(space, shown, n_neighbors=k), abs=1e-6
        )
    assert trustworthiness(space, space, k) == 1


def test_trustworthiness_of_a_draw_is_close(monkeypatch):
    monkeypatch.setattr(module, "QUERIES", 400)
    space = points(1200, 10)
    drawn = trustworthiness(space, space[:, :2], 5, seed=1)
    assert drawn == pytest.approx(reference(space, space[:, :2], n_neighbors=5), abs=0.01)
    assert drawn == trustworthiness(space, space[:, :2], 5, seed=1)
    assert drawn != trustworthiness(space, space[:, :2], 5, seed=2)


@pytest.mark.parametrize(("size", "k"), [(9, 5), (2, 1)])
def test_too_few_points_have_no_trustworthiness(size, k):
    with pytest.raises(ValueError, match=f"not defined for {size} points"):
        trustworthiness(points(size, 3), points(size, 2), k)


def test_half_of_the_points_as_neighbours_still_cost_between_nothing_and_all():
    space = np.array([[0], [1], [10], [11]], dtype=np.float32)
    # Two pairs, at the opposite corners of a square: the neighbours of each point are the two farthest.
    worst = np.array([[0, 0], [1, 1], [1, 0], [0, 1]], dtype=np.float32)
    assert trustworthiness(space, worst, 2) == 0
    assert trustworthiness(space, space, 2) == 1
    # The first two points have the farthest instead of the next beside them: 2 of at most 4.
    half = np.array([[0], [1], [11], [10]], dtype=np.float32)
    assert trustworthiness(space, half, 2) == 0.5
