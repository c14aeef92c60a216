"""Correlation of many columns with one or several targets, its uncertainty and its significance."""

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy

from matxai.statistics.bootstrap import Resamples
from matxai.statistics.estimate import Array, Estimate, normal_estimate
from matxai.statistics.significance import Orders, Permutations, false_discovery, permutation_test

Method = Literal["pearson", "spearman"]

_CONSTANT = 1e-12  # What varies less, relative to its size, varies by rounding alone.


def pearson(columns: Array, targets: Array, covariates: Array | None = None) -> Array:
    """Pearson correlation (p, t) of columns (rows, p) with targets (rows, t), or the partial one.

    That is given covariates (rows, c), whose linear part is taken out of both. NaN where a column or
    target is constant, holds a NaN, or is a sum of covariates.
    """
    if len(columns) < 2:
        return np.full((columns.shape[1], targets.shape[1]), np.nan)
    return np.clip(_unit(columns, covariates).T @ _unit(targets, covariates), -1, 1)


def fisher_interval(
    r: npt.ArrayLike, rows: int, *, covariates: int = 0, method: Method = "pearson"
) -> Estimate:
    """Fisher's 95 % interval of correlations of any shape: tanh(artanh r -+ 1.96 / sqrt(rows - c - 3)).

    It takes the rows for independent draws of a normal variable. A rank correlation has the wider error
    of Bonett & Wright 2000 (Psychometrika 65:23). NaN for too few rows.
    """
    r, free = np.asarray(r, np.float64), rows - covariates - 3
    wider = np.sqrt(1 + np.square(r) / 2) if method == "spearman" else 1.0
    # artanh of +-1 is infinite; its tanh is +-1 again, as it should be.
    with np.errstate(divide="ignore"):
        estimate = normal_estimate(np.arctanh(r), wider / np.sqrt(free) if free > 0 else np.nan)
    return Estimate(r, np.tanh(estimate.ci_low), np.tanh(estimate.ci_high))


def correlation_draws(
    columns: Array,
    targets: Array,
    draws: Resamples,
    covariates: Array | None = None,
    method: Method = "pearson",
) -> Array:
    """Correlations, as of `pearson`, in the sample itself and in every draw: (1 + resamples, p, t).

    Ranks are taken anew in every draw, one draw after the other; Pearson's r costs sums over groups.
    """
    given = np.empty((len(columns), 0)) if covariates is None else covariates
    if method == "spearman":
        tables, every = (columns, targets, given), np.arange(len(columns))

        def ranked(weights: Array) -> Array:
            rows = (np.repeat(every, mine[draws.codes].astype(int)) for mine in weights)
            return np.stack([pearson(*(_ranks(table[mine]) for table in tables)) for mine in rows])

        return draws.each(ranked, width=columns.size)
    # Of length 1, so that what is left of a constant or of a sum of covariates is rounding.
    values = np.concatenate([_unit(table) for table in (columns, targets, given)], axis=1)
    p, t = columns.shape[1], targets.shape[1]
    counts, sums, squares = (draws.sums(v) for v in (np.ones(len(values)), values, values**2))
    products = [draws.sums(values * other[:, None]) for other in values.T[p:]]

    def moments(weights: Array) -> Array:
        rows = (weights @ counts)[:, None]
        mean = weights @ sums / rows
        variance = weights @ squares / rows - mean**2
        cov = np.stack([weights @ each / rows for each in products], axis=2)
        cov -= mean[:, :, None] * mean[:, None, p:]
        # The covariances that are left once the covariates have explained their part.
        explained = cov[:, :, t:] @ np.linalg.pinv(cov[:, p + t :, t:], hermitian=True)
        left = cov[:, :p, :t] - explained[:, :p] @ cov[:, p + t :, :t]
        variance -= (explained * cov[:, :, t:]).sum(axis=2)
        scale = np.sqrt(np.where(variance > _CONSTANT / len(values), variance, np.nan))
        return np.clip(left / (scale[:, :p, None] * scale[:, None, p : p + t]), -1, 1)

    return draws.each(moments, width=p * len(products))


def correlations(
    columns: pd.DataFrame,
    targets: pd.DataFrame,
    *,
    seed: int,
    method: Method = "pearson",
    covariates: pd.DataFrame | None = None,
    group: npt.ArrayLike | None = None,
    block: npt.ArrayLike | None = None,
    resamples: int = 1000,
    permutations: int = 9999,
) -> pd.DataFrame:
    """Correlate columns (rows, p) with targets (rows, t), with intervals and significance.

    Covariates (rows, c) make the correlations partial, and the permutations those of the residuals of the
    target (Freedman & Lane 1983, J. Bus. Econ. Stat. 1:292). Rows of one ``group`` (rows,) depend on each
    other: they are drawn together, and change places together within a ``block`` (rows,) alone. Without
    it the rows are independent, and the interval is Fisher's. ``spearman`` ranks covariates as well.

    Returns:
        Columns column, target, rows, r, ci_low, ci_high; p (permutation, two-sided), p_family (of the
        largest of the table), p_smallest (that the number of groups and permutations allows), p_bh, p_by
        (false-discovery control over the table). NaN where a correlation is undefined.

    Raises:
        ValueError: Too few rows for the covariates, or covariates that depend on each other linearly.
    """
    x, y = columns.to_numpy(np.float64), targets.to_numpy(np.float64)
    given = np.empty((len(x), 0)) if covariates is None else covariates.to_numpy(np.float64)
    ranks = [_ranks(v) if method == "spearman" else v for v in (x, y, given)]
    size = given.shape[1]
    if len(x) < size + 3:
        raise ValueError(f"{size} covariates need at least {size + 3} rows, there are {len(x)}")
    if np.linalg.matrix_rank(np.nan_to_num(_unit(ranks[2]))) < size:
        raise ValueError(
            "a covariate is constant, incomplete or a linear combination of others: leave it out"
        )
    unit_x, residual = (_unit(table, ranks[2]) for table in ranks[:2])
    r = np.clip(unit_x.T @ residual, -1, 1)

    def permuted(orders: Orders) -> Array:
        moved = residual[orders.T].reshape(len(x), -1)
        if size:  # A residual that has moved is not free of the covariates, which stay in place.
            moved = _unit(moved, ranks[2])
        return np.moveaxis((unit_x.T @ moved).reshape(len(r), len(orders), -1), 1, 0)

    if group is None:
        estimate = fisher_interval(r, len(x), covariates=size, method=method)
    else:
        draws = Resamples.of(group, seed=seed, resamples=resamples)
        estimate = draws.estimate(correlation_draws(x, y, draws, given, method))._replace(value=r)
    every = np.arange(len(x)) if group is None else group
    orders = Permutations.of(every, block, seed=seed, permutations=permutations)
    chance = permutation_test(permuted, orders, width=r.size + y.size)
    p = chance.p.ravel()
    names = pd.MultiIndex.from_product([columns, targets], names=["column", "target"])
    table = names.to_frame(index=False).assign(rows=len(x), r=r.ravel())
    table["ci_low"], table["ci_high"] = estimate.ci_low.ravel(), estimate.ci_high.ravel()
    table["p"], table["p_family"] = p, chance.family.ravel()
    table["p_smallest"] = chance.smallest
    return table.assign(p_bh=false_discovery(p, "bh"), p_by=false_discovery(p, "by"))


def _ranks(values: Array) -> Array:
    return scipy.stats.rankdata(values, axis=0)


def _unit(values: Array, covariates: Array | None = None) -> Array:
    """Columns centred, without what covariates explain linearly, of length 1; NaN where nothing is left."""
    size = np.abs(values).max(axis=0, initial=0) * np.sqrt(len(values))
    left = values - values.mean(axis=0)
    if covariates is not None:
        basis, _ = np.linalg.qr(covariates - covariates.mean(axis=0))
        left = left - basis @ (basis.T @ left)
    length = np.linalg.norm(left, axis=0)
    return left / np.where(length > _CONSTANT * size, length, np.nan)
