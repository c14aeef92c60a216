"""Permutation tests against scipy, enumeration and levels that must hold; false discovery by hand."""

from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from matxai.statistics.correlation import pearson
from matxai.statistics.significance import Permutations, false_discovery, permutation_test

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(6, 3)), RNG.normal(size=6)


def correlation_with(y):
    return lambda orders: np.stack([pearson(X, y[order][:, None])[:, 0] for order in orders])


def all_orders(orders):
    return np.concatenate(list(orders.batches(7)))


def test_all_orders_give_the_exact_p_of_scipy_and_the_familywise_one_of_enumeration():
    result = permutation_test(correlation_with(Y), Permutations.of(np.arange(6), seed=0))
    assert result.smallest == 1 / 720
    drawn = np.abs([pearson(X, np.array(y)[:, None])[:, 0] for y in permutations(Y)])
    observed = np.abs(pearson(X, Y[:, None])[:, 0])
    assert result.family.tolist() == [(drawn.max(axis=1) >= r - 1e-12).mean() for r in observed]
    exact = stats.permutation_test(
        (Y,), lambda y: np.abs(stats.pearsonr(X[:, 0], y)[0]),
        permutation_type="pairings", alternative="greater", vectorized=False,
    )  # fmt: skip
    assert result.p[0] == pytest.approx(exact.pvalue)


def test_groups_move_as_a_whole_and_within_their_block():
    group = np.array(["b", "a", "b", "c", "a", "c", "e", "e"])
    orders = Permutations.of(group, np.array([1, 1, 1, 1, 1, 1, 2, 2]), seed=0)
    found = all_orders(orders)
    assert len(found) == orders.count == len(np.unique(found, axis=0)) == 6
    assert found[0].tolist() == list(range(8))
    for order in found:
        moved = group[order]
        assert (moved[6:] == "e").all()
        assert all(len(set(moved[group == name])) == 1 for name in "abc")
        assert (np.diff(order[group == "a"]) > 0).all()  # rows of a group keep their order


def test_four_units_cannot_be_significant_and_blocks_make_it_worse():
    assert Permutations.of(np.arange(4), seed=0).count == 24
    assert Permutations.of(np.arange(4), np.array([0, 0, 1, 1]), seed=0).count == 4


def test_random_orders_start_with_the_true_one_and_are_seeded():
    orders = [
        all_orders(Permutations.of(np.arange(30), np.arange(30) % 3, seed=seed, permutations=50))
        for seed in (1, 1, 2)
    ]
    assert orders[0].shape == (51, 30)
    assert (orders[0][0] == np.arange(30)).all()
    assert (np.sort(orders[0], axis=1) == np.arange(30)).all()
    assert (orders[0] % 3 == np.arange(30) % 3).all()
    assert (orders[0] == orders[1]).all()
    assert (orders[0] != orders[2]).any()


def test_the_family_wise_error_is_kept_where_single_tests_break_it():
    """200 null studies of 20 columns each: some column is significant in most, by the family in 5 %."""
    rng = np.random.default_rng(5)
    alone, together = [], []
    for seed in range(200):
        x, y = rng.normal(size=(12, 20)), rng.normal(size=(12, 1))
        orders = Permutations.of(np.arange(12), seed=seed, permutations=99)
        result = permutation_test(lambda o, x=x, y=y: pearson(x, y[o.T][:, :, 0]).T, orders)
        alone.append((result.p <= 0.05).any())
        together.append((result.family <= 0.05).any())
    assert np.mean(alone) > 0.4
    assert np.mean(together) == pytest.approx(0.05, abs=0.035)


def test_undefined_statistics_have_no_p_and_leave_the_rest_alone():
    y = Y.copy()

    def statistic(orders):
        return np.concatenate([correlation_with(y)(orders), np.full((len(orders), 1), np.nan)], 1)

    orders = Permutations.of(np.arange(6), seed=0)
    result, whole = (permutation_test(s, orders) for s in (statistic, correlation_with(y)))
    assert np.isnan([result.p[3], result.family[3]]).all()
    assert result.family[:3].tolist() == whole.family.tolist()


def test_unequal_groups_change_places_within_blocks_of_their_size():
    group = ["b", "a", "b", "c", "d", "d", "a", "c", "e"]
    size = [2, 2, 2, 2, 2, 2, 2, 2, 1]
    orders = Permutations.of(group, size, seed=0)
    (every,) = orders.batches(100)
    assert len(every) == orders.count == 24
    assert len({tuple(order) for order in every}) == 24
    assert (every[0] == np.arange(9)).all()
    assert (every[:, 8] == 8).all()
    for order in every:
        taken = [group[row] for row in order]
        # Each group takes the rows of one other, in their order.
        assert len({(mine, other) for mine, other in zip(group, taken, strict=True)}) == 5
        assert order[0] < order[2]


@pytest.mark.parametrize(
    ("group", "block", "message"),
    [
        ([0, 0, 1], None, "groups of 1 and of 2 rows"),
        ([0, 0, 1, 1], [1, 2, 1, 1], "several blocks"),
    ],
)
def test_groups_that_cannot_change_places_are_refused(group, block, message):
    with pytest.raises(ValueError, match=message):
        Permutations.of(group, block, seed=0)


def test_false_discovery_by_hand():
    p = np.array([[0.01, np.nan], [0.04, 0.03]])
    np.testing.assert_allclose(false_discovery(p, "bh"), [[0.03, np.nan], [0.04, 0.04]])
    harmonic = 1 + 1 / 2 + 1 / 3
    expected = [[0.03 * harmonic, np.nan], [0.04 * harmonic, 0.04 * harmonic]]
    np.testing.assert_allclose(false_discovery(p, "by"), expected)
