"""Correlations, intervals and p against scipy, explicit resampling and planted answers."""

import time
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from matxai.statistics.bootstrap import Resamples
from matxai.statistics.correlation import (
    correlation_draws,
    correlations,
    fisher_interval,
    pearson,
)

RNG = np.random.default_rng(0)
GROUP = np.repeat(RNG.permutation(20), 3)
COVARIATES = RNG.normal(size=(60, 2))
X = RNG.normal(size=(60, 4)) + COVARIATES @ [[1, 0, 2, 0], [0, 1, 0, 0]]
Y = np.stack([X[:, 0] + COVARIATES[:, 0], RNG.normal(size=60)], axis=1)
X[:, 3] = np.round(X[:, 3])  # ties
COLUMNS, TARGETS = pd.DataFrame(X, columns=list("abcd")), pd.DataFrame(Y, columns=["y", "z"])


def partial(x, y, given):
    """Correlation of the residuals of two regressions."""
    design = np.column_stack([np.ones(len(x)), given])
    x, y = (v - design @ np.linalg.lstsq(design, v)[0] for v in (x, y))
    return stats.pearsonr(x, y)[0]


def test_every_pair_has_the_correlation_of_scipy():
    r, rank = pearson(X, Y), correlations(COLUMNS, TARGETS, seed=0, method="spearman")["r"]
    given = pearson(X, Y, COVARIATES)
    for i in range(4):
        for j in range(2):
            assert r[i, j] == pytest.approx(stats.pearsonr(X[:, i], Y[:, j])[0])
            assert rank[2 * i + j] == pytest.approx(stats.spearmanr(X[:, i], Y[:, j])[0])
            assert given[i, j] == pytest.approx(partial(X[:, i], Y[:, j], COVARIATES))


def test_what_does_not_vary_has_no_correlation():
    columns = np.column_stack([np.full(60, 0.1), 3 + 2 * COVARIATES.sum(axis=1), X[:, 0]])
    columns[5, 2] = np.nan
    assert np.isnan(pearson(columns, Y)).tolist() == [[True] * 2, [False] * 2, [True] * 2]
    assert np.isnan(pearson(columns, Y, COVARIATES)).all()
    draws = Resamples.of(GROUP, seed=0, resamples=10)
    drawn = correlation_draws(columns, Y, draws, COVARIATES)
    assert np.isnan(drawn).all()
    assert np.isnan(pearson(np.empty((0, 2)), np.empty((0, 2)))).all()


@pytest.mark.parametrize("method", ["pearson", "spearman"])
@pytest.mark.parametrize("given", [None, COVARIATES])
def test_draws_are_correlations_of_rows_drawn_group_by_group(method, given):
    draws = Resamples.of(GROUP, seed=3, resamples=30)
    values = correlation_draws(X, Y, draws, given, method)
    assert values.shape == (31, 4, 2)
    for value, weights in zip(values, [np.ones(20), *draws.weights], strict=True):
        rows = np.repeat(np.arange(60), weights[draws.codes].astype(int))
        tables = [v[rows] for v in (X, Y) if v is not None]
        c = None if given is None else given[rows]
        if method == "spearman":
            tables = [stats.rankdata(v, axis=0) for v in tables]
            c = None if c is None else stats.rankdata(c, axis=0)
        for i in range(4):
            x, y = tables[0][:, i], tables[1][:, i % 2]
            expected = stats.pearsonr(x, y)[0] if c is None else partial(x, y, c)
            assert value[i, i % 2] == pytest.approx(expected, rel=1e-9)


def test_fisher_interval_covers_as_often_as_it_says():
    """Of 2,000 samples with a known correlation, also of ranks and of residuals."""
    rng, rho, rows = np.random.default_rng(1), 0.6, 30
    x, e = rng.normal(size=(2, rows, 2000))
    y = rho * x + np.sqrt(1 - rho**2) * e
    c = rng.normal(size=(rows, 5))
    r, given = np.diag(pearson(x, y)), np.diag(pearson(x, y, c))
    rank = np.diag(pearson(stats.rankdata(x, axis=0), stats.rankdata(y, axis=0)))
    grade = 6 / np.pi * np.arcsin(rho / 2)  # Spearman's rho of a bivariate normal
    for truth, found in (
        (rho, fisher_interval(r, rows)),
        (rho, fisher_interval(given, rows, covariates=5)),
        (grade, fisher_interval(rank, rows, method="spearman")),
    ):
        covered = (found.ci_low < truth) & (truth < found.ci_high)
        assert covered.mean() == pytest.approx(0.95, abs=0.015)
    assert np.isnan(fisher_interval(0.5, 8, covariates=5).ci_low)


def test_the_table_says_what_was_planted():
    """One of 300 columns drives the target; whole groups are copies, and count once."""
    rng = np.random.default_rng(2)
    columns = pd.DataFrame(rng.normal(size=(40, 300))).add_prefix("f")
    target = pd.DataFrame({"y": columns["f7"] + 0.5 * rng.normal(size=40)})
    once = correlations(columns, target, group=np.arange(40), seed=0, permutations=999)
    assert once.query("p_family < 0.05")["column"].tolist() == ["f7"]
    best = once.set_index("column").loc["f7"]
    assert best["p"] == best["p_family"] == best["p_smallest"] == 1 / 1000
    assert best["ci_low"] < best["r"] < best["ci_high"]
    assert (once["p"] < 0.05).mean() == pytest.approx(0.05, abs=0.03)
    assert (once["p"] <= once["p_family"]).all()
    rows = np.repeat(np.arange(40), 5)
    copied = correlations(columns.loc[rows], target.loc[rows], group=rows, seed=0, permutations=999)
    pd.testing.assert_frame_equal(once.drop(columns="rows"), copied.drop(columns="rows"))


def test_independent_rows_have_the_interval_and_nearly_the_p_of_scipy():
    table = correlations(COLUMNS, TARGETS, seed=0, permutations=4999)
    for row in table.itertuples():
        expected = stats.pearsonr(COLUMNS[row.column], TARGETS[row.target])
        assert (row.ci_low, row.ci_high) == pytest.approx(tuple(expected.confidence_interval()))
        assert row.p == pytest.approx(expected.pvalue, abs=0.02)


def test_p_given_covariates_is_that_of_the_t_distribution_with_fewer_degrees_of_freedom():
    given = pd.DataFrame(COVARIATES)
    table = correlations(COLUMNS, TARGETS, covariates=given, seed=0, permutations=4999)
    t = table["r"] * np.sqrt((60 - 2 - 2) / (1 - table["r"] ** 2))
    assert table["p"].to_numpy() == pytest.approx(2 * stats.t.sf(np.abs(t), 56), abs=0.02)


def test_p_given_covariates_permutes_the_residuals_and_takes_the_covariates_out_again():
    """All 720 orders of six rows, by two regressions for each (Freedman & Lane 1983)."""
    given, x, y = COVARIATES[:6, :1], X[:6, 0], Y[:6, 1]
    design = np.column_stack([np.ones(6), given])
    residual = y - design @ np.linalg.lstsq(design, y)[0]
    r = [partial(x, residual[list(order)], given) for order in permutations(range(6))]
    share = np.mean(np.abs(r) >= abs(r[0]) - 1e-9)
    tables = (pd.DataFrame({"of": values}) for values in (x, y, given[:, 0]))
    columns, targets, covariates = tables
    found = correlations(columns, targets, covariates=covariates, seed=0)
    assert found["p"].tolist() == pytest.approx([share])


@pytest.mark.parametrize(
    ("rows", "covariates", "message"),
    [
        (4, COVARIATES, "2 covariates need at least 5 rows, there are 4"),
        (60, np.stack([X[:, 0], 1 - 2 * X[:, 0]], axis=1), "linear combination"),
        (60, np.ones((60, 1)), "constant"),
    ],
)
def test_covariates_that_cannot_be_taken_out_are_refused(rows, covariates, message):
    tables = [v.iloc[:rows] for v in (COLUMNS, TARGETS, pd.DataFrame(covariates))]
    with pytest.raises(ValueError, match=message):
        correlations(*tables[:2], covariates=tables[2], seed=0)


def test_thousands_of_columns_and_rows_are_fast():
    rng = np.random.default_rng(0)
    columns, targets = (
        pd.DataFrame(rng.normal(size=(2000, 1000))),
        pd.DataFrame(rng.normal(size=2000)),
    )
    start = time.process_time()
    correlations(
        columns,
        targets,
        group=np.repeat(np.arange(200), 10),
        seed=0,
        resamples=100,
        permutations=99,
    )
    assert time.process_time() - start < 5  # a loop over columns and draws takes minutes
