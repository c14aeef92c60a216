"""Permutation importance against the drops that theory gives for networks that are exact formulas."""

import numpy as np
import pytest
import torch

from matxai.attribution.permutation import permutation_importance
from matxai.statistics.regression import r2

RAW = torch.randn(2000, 5, generator=torch.Generator().manual_seed(0))
# Mean 0, variance 1, no correlation in this very sample.
X, NOISE = (torch.linalg.qr(RAW - RAW.mean(dim=0)).Q * 2000**0.5).split([4, 1], dim=1)
PATHS = np.repeat(np.arange(100), 20)
SINGLE = {"a": [0], "b": [1], "c": [2], "d": [3]}


def linear(x):
    return 3 * x[:, 0] + 2 * x[:, 1] + x[:, 2]


def drops(predict, x, y, groups, **options):
    options = {"repeats": 5, "seed": 0} | options
    table = permutation_importance(predict, x, y, groups, PATHS[: len(x)], **options)
    assert list(table["name"]) == list(groups)
    return table.set_index("name")


def test_drop_of_an_independent_input_is_twice_its_share_of_the_variance():
    """E (w x - w x')^2 = 2 w^2 var(x), of a total w.w of the variance (Fisher et al. 2019)."""
    table = drops(linear, X, linear(X), SINGLE, repeats=20)
    assert table["drop"].to_numpy() == pytest.approx(np.array([18, 8, 2, 0]) / 14, rel=0.05)
    assert table.loc["d", ["drop", "ci_low", "ci_high"]].tolist() == [0, 0, 0]
    assert (table["ci_low"] <= table["drop"]).all()
    assert (table["drop"] <= table["ci_high"]).all()
    assert (table["base_r2"] == 1).all()
    assert (table[["repeats", "rows"]] == [20, 2000]).all(axis=None)


def test_columns_of_a_group_move_together():
    """The difference of two equal columns: shuffled together it stays zero, singly it does not."""
    x = torch.cat([X[:, :1], X[:, :1], X[:, 1:2]], dim=1)
    table = drops(
        lambda x: x[:, 0] - x[:, 1] + x[:, 2], x, x[:, 2], {"one": [0], "pair": [0, 1]}, repeats=10
    )
    assert table.loc["one", "drop"] == pytest.approx(2, rel=0.1)
    assert table.loc["pair", "drop"] == pytest.approx(0, abs=1e-6)


def test_a_drop_below_zero_is_kept():
    """Predicting -y scores 1 - 4 = -3; with the input shuffled 1 - 2 = -1."""
    row = drops(lambda x: -x[:, 0], X, X[:, 0], {"a": [0]}).loc["a"]
    assert row["base_r2"] == pytest.approx(-3, rel=0.01)
    assert row["drop"] == pytest.approx(-2, rel=0.05)
    assert row["ci_low"] < row["drop"] < row["ci_high"] < 0


def test_base_r2_is_that_of_the_metric_for_targets_far_from_zero():
    y = 5000 + linear(X).double() + NOISE[:, 0]

    def predict(x):
        return 5000 + linear(x).double()[:, None]

    base = drops(predict, X, y, SINGLE)["base_r2"].iloc[0]
    assert base == pytest.approx(r2(y.numpy(), predict(X).flatten().numpy()), abs=1e-12)


def test_other_groups_and_batches_change_nothing():
    y = linear(X) + X[:, 3]
    whole = drops(linear, X, y, SINGLE)
    alone = drops(linear, X, y, {"both": [0, 1], "c": [2]})
    assert alone.loc["c"].equals(whole.loc["c"])
    sizes = []

    def counting(x):
        sizes.append(len(x))
        return linear(x)

    for batch_rows in (900, 6500):
        small = drops(counting, X, y, SINGLE, batch_rows=batch_rows)
        np.testing.assert_allclose(small, whole, rtol=1e-6)
        assert max(sizes) <= batch_rows
    # 21 copies of 2000 rows: in pieces of 900 of each, then three copies a call.
    assert len(sizes) == 21 * 3 + 7


def test_repeats_and_names_have_permutations_of_their_own_and_seeds_matter():
    """Equal columns under two names, and under two seeds, drop by different amounts of chance."""
    twice = {"first": [0], "second": [0]}
    table = drops(linear, X, linear(X), twice, repeats=1)
    assert table.loc["first", "drop"] != table.loc["second", "drop"]
    other = drops(linear, X, linear(X), twice, repeats=1, seed=1)
    assert table.loc["first", "drop"] != other.loc["first", "drop"]
    more = drops(linear, X, linear(X), twice, repeats=2)
    assert table.loc["first", "drop"] != more.loc["first", "drop"]


def test_interval_is_also_over_the_repeats():
    """Two repeats that lose 1 and 9 on every path: a quarter of all draws holds one of them twice."""
    x = torch.tensor([[-1.0], [1.0]]).repeat(20, 1)
    misses = iter([0.0, 1.0, 3.0])
    row = permutation_importance(
        lambda _: x[:, 0] + next(misses),
        x,
        x[:, 0],
        {"a": [0]},
        np.arange(40) // 2,
        repeats=2,
        seed=0,
        batch_rows=40,
    ).iloc[0]
    assert row[["drop", "ci_low", "ci_high"]].tolist() == pytest.approx([5, 1, 9])


def test_interval_is_that_of_whole_paths_drawn_row_by_row():
    """Against draws of paths and repeats that the metric scores on the rows themselves.

    Paths differ much in their stress, so that rows drawn singly would give a narrower interval.
    """
    rng = np.random.default_rng(3)
    paths, repeats = 50, 10
    path = np.repeat(np.arange(paths), 40)
    size = rng.lognormal(sigma=0.7, size=paths)[path]
    x = torch.tensor(np.stack([rng.normal(size=2000), size], axis=1))
    seen = []

    def predict(x):
        seen.append((x[:, 0] * x[:, 1]).numpy())
        return x[:, 0] * x[:, 1]

    row = permutation_importance(
        predict,
        x,
        x[:, 0] * x[:, 1],
        {"x": [0, 1]},
        path,
        repeats=repeats,
        seed=0,
        batch_rows=2000,
    ).iloc[0]
    (base, *permuted), truth = seen, seen[0]
    members = [np.flatnonzero(path == number) for number in range(paths)]
    values = []
    for _ in range(400):
        rows = np.concatenate([members[p] for p in rng.integers(paths, size=paths)])
        chosen = rng.integers(repeats, size=repeats)
        shuffled = np.mean([r2(truth[rows], permuted[r][rows]) for r in chosen])
        values.append(r2(truth[rows], base[rows]) - shuffled)
    low, high = np.quantile(values, [0.025, 0.975])
    assert row["ci_high"] - row["ci_low"] == pytest.approx(high - low, rel=0.2)
    assert [row["ci_low"], row["ci_high"]] == pytest.approx([low, high], rel=0.05)
