"""Faithfulness: whether attention ranks the elements of a compound as the prediction depends on them.

An explanation is faithful if it shows what the model does (Jacovi & Goldberg 2020, ACL, arXiv:2004.03685).
The attention of every layer and head is compared with four references: removal of an element, integrated
gradients along the encoding of the fractions from two baselines, and contributions.
`agreement_of_references` says how much these agree with each other. An order is worth something only if it
beats orders that need no network: those of the fractions or of their distances from equal fractions,
upwards or downwards.
"""

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from matxai.statistics.bootstrap import Resamples, mean_interval
from matxai.statistics.estimate import Array, Estimate

# Columns of `importance.importances`, and the endings of their variants.
REFERENCES = ("removal", "ig_vanishing", "ig_equal", "contribution")
OTHERS = "_others"  # attention received without an element's own
AGAIN = "_again"  # a reference at jittered fractions

AGREES = "agrees"
FRACTION = "no better than the fraction"
CHANCE = "no better than chance"
OPPOSITE = "opposite"
FEW = "too few compounds"
CONTROL = "control"
ITSELF = "itself, jittered"
PLAIN = ("fraction", "distance")  # orders that need no network
CONTROLS = (*PLAIN, "random", ITSELF)
FEWEST = 10  # compounds below which there is no verdict
LEVEL = 0.05  # of all verdicts of a table together
ALL = "2 or more"  # elements
SUBSETS = {ALL: 2, "3 or more": 3}
# Smaller differences, relative to the largest value of a compound, are rounding of float32: ties.
_ROUNDING = 1e-5


def sources_of(elements: pd.DataFrame, reference: str) -> pd.DataFrame:
    """List what is compared with a reference.

    Columns: attention (received, received from others, rollout, or the controls fraction, distance of the
    fraction from 1/n, random, and the reference itself at jittered fractions); layer and head (from 1,
    0 for a mean over all); columns (of ``elements``, which are averaged).
    """
    rows, names = [], pd.Series(elements.columns)
    for ending, kind in (("", "received"), (OTHERS, "received from others")):
        layers = names.str.extract(rf"^layer(\d+)_head\d+{ending}$", expand=False).dropna()
        heads = names[layers.index]
        for layer, mine in heads.groupby(layers.astype(int), sort=False):
            rows += [(kind, layer, head, [name]) for head, name in enumerate(mine, start=1)]
            rows.append((kind, layer, 0, list(mine)))
        rows.append((kind, 0, 0, list(heads)))
    rows += [(name, 0, 0, [name]) for name in ("rollout", *PLAIN, "random")]
    rows.append((ITSELF, 0, 0, [f"{reference}{AGAIN}"]))
    return pd.DataFrame(rows, columns=["attention", "layer", "head", "columns"])


def agreement(elements: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Compare every source of attention with every reference in a table of `importance.importances`.

    The wider interval covers 95 % for all layers x heads x references together (Bonferroni), and the
    verdict comes from it. It is ``opposite`` if the interval lies below 0 and ``no better than chance``
    if it contains 0. Above 0, it is ``agrees`` if over_low is above 0 too, else ``no better than the
    fraction``. Both "no better" mean that these compounds do not show more. The seed is that of the
    bootstrap and of the random control.

    Returns:
        Table with one row per source, reference and subset of compounds: elements (in a compound),
        attention, layer, head, reference, compounds (that the reference ranks); tau, the mean Kendall
        tau-b with the size of the reference, its 95 % interval ci_low, ci_high and the wider one bound_low,
        bound_high; top1, the share of compounds with the same first element, and its chance;
        over_fraction, over_low, over_high, how much tau is above that of the best plain order (wider
        interval); verdict.
    """
    mixed = elements.assign(
        random=np.random.default_rng(seed).random(len(elements)),
        distance=(elements["fraction"] - 1 / elements["elements"]).abs(),
    )
    single = sources_of(mixed, REFERENCES[0]).query("attention == 'received' and head > 0")
    family = len(single) * len(REFERENCES)
    tables = []
    for subset, smallest in SUBSETS.items():
        members = mixed[mixed["elements"] >= smallest]
        for reference in REFERENCES:
            sources = sources_of(mixed, reference)
            measures = _measures(members, reference, list(sources.pop("columns")))
            sources.insert(0, "elements", subset)
            tables.append(_judge(sources.assign(reference=reference), measures, family, seed))
    return pd.concat(tables, ignore_index=True)


def agreement_of_references(elements: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Compare each two references, and each reference with the fraction.

    Returns:
        Table with the columns elements (in a compound), first, second, compounds (that both rank), tau
        with its 95 % interval ci_low, ci_high, top1, chance.
    """
    rows = []
    for subset, smallest in SUBSETS.items():
        members = elements[elements["elements"] >= smallest]
        for first, second in combinations((*REFERENCES, "fraction"), 2):
            # Either must order the elements, not the second one alone.
            other = _measures(members, first, [[second]])[0]
            measures = _measures(members, second, [[first]])[:, :, 0]
            measures = measures[:, ~np.isnan(measures[0] + other[:, 0])].T
            mean, low, high = np.full((3, 3), np.nan)
            if len(measures):
                mean, low, high = mean_interval(measures, np.arange(len(measures)), seed=seed)
            tau = mean[0], low[0], high[0]
            rows.append((subset, first, second, len(measures), *tau, mean[1], mean[2]))
    columns = "elements first second compounds tau ci_low ci_high top1 chance"
    return pd.DataFrame(rows, columns=columns.split())


def verdicts(table: pd.DataFrame, reference: str) -> dict[str, int]:
    """Count the single heads with each verdict against a reference, over all compounds."""
    heads = table.query("attention == 'received' and head > 0")
    heads = heads[(heads["reference"] == reference) & (heads["elements"] == ALL)]
    names = [AGREES, FRACTION, CHANCE, OPPOSITE, FEW]
    counts = heads["verdict"].value_counts()
    return {name: int(counts.get(name, 0)) for name in names}


def _measures(elements: pd.DataFrame, reference: str, sources: list[list[str]]) -> Array:
    """Tau, hit and chance of each source (its columns averaged): (3, compounds, sources)."""
    parts = [np.empty((3, 0, len(sources)))]
    for count, rows in elements.groupby("elements", sort=True):
        sizes = rows.select_dtypes("number").abs()
        shape = (-1, 1, int(str(count)))
        truth = sizes[reference].to_numpy(np.float64).reshape(shape)
        orders = [sizes[names].to_numpy(np.float64).mean(1).reshape(shape) for names in sources]
        order = np.concatenate(orders, axis=1)
        parts.append(np.stack([kendall(order, truth), *top_match(order, truth)]))
    return np.concatenate(parts, axis=1)


def _judge(table: pd.DataFrame, measures: Array, family: int, seed: int) -> pd.DataFrame:
    """Add means, intervals and verdicts to the table of one reference, over the compounds that it ranks."""
    taus, hits, chances = measures[:, ~np.isnan(measures[0]).any(1)]
    size = len(taus)
    wide = LEVEL / family
    near = far = Estimate(*np.full((3, 2 * len(table)), np.nan))
    if size:
        plain = taus[:, table["attention"].isin(PLAIN)]
        plain = plain * np.where(plain.mean(0) >= 0, 1.0, -1.0)  # reversed orders are orders too
        over = taus - plain[:, [plain.mean(0).argmax()]]
        # Enough draws that about ten of them lie beyond the wider interval, on either side.
        resamples = max(1000, int(20 / wide))
        draws = Resamples.of(np.arange(size), seed=seed, resamples=resamples)
        means = draws.means(np.concatenate([taus, over], axis=1))
        near, far = draws.estimate(means), draws.estimate(means, 1 - wide)
    agreement, excess = slice(len(table)), slice(len(table), None)
    table = table.assign(
        compounds=size,
        tau=near.value[agreement],
        ci_low=near.ci_low[agreement],
        ci_high=near.ci_high[agreement],
        bound_low=far.ci_low[agreement],
        bound_high=far.ci_high[agreement],
        top1=hits.mean(0) if size else np.nan,
        chance=chances.mean(0) if size else np.nan,
        over_fraction=near.value[excess],
        over_low=far.ci_low[excess],
        over_high=far.ci_high[excess],
    )
    small = np.full(len(table), size < FEWEST)
    conditions: Any = [table["attention"].isin(CONTROLS), small, table["bound_high"] < 0]
    conditions += [table["bound_low"] <= 0, table["over_low"] <= 0]
    choices: Any = [CONTROL, FEW, OPPOSITE, CHANCE, FRACTION]
    return table.assign(verdict=np.select(conditions, choices, AGREES))


def kendall(first: Array, second: Array) -> Array:
    """Compute Kendall's tau-b (1945, Biometrika 33:239) of values (..., n) with those of a reference.

    Tau (...,) is NaN where a value is NaN or all values of the reference are equal, which orders nothing.
    It is 0 where all values of ``first`` alone are equal: the mean over random orders.
    """
    a, b = _signs(first), _signs(second)
    scale = np.sqrt((a**2).sum(-1) * (b**2).sum(-1))
    with np.errstate(invalid="ignore"):
        tau = np.where(scale == 0, 0.0, (a * b).sum(-1) / scale)
    missing = np.isnan(first).any(-1) | np.isnan(second).any(-1)
    return np.where((b == 0).all(-1) | missing, np.nan, tau)


def top_match(first: Array, second: Array) -> tuple[Array, Array]:
    """Tell whether both have the same largest value, and the chance of it: (...,) each.

    Equal largest values count by their share. The result is NaN where that of `kendall` is.
    """
    a, b = (
        values >= values.max(-1, keepdims=True) - _rounding(values) for values in (first, second)
    )
    undefined = np.isnan(kendall(first, second))
    hit = (a & b).sum(-1) / np.maximum(a.sum(-1), 1)
    return np.where(undefined, np.nan, hit), np.where(undefined, np.nan, b.mean(-1))


def _signs(values: Array) -> Array:
    """Compare the values (..., n) of each two elements: (..., pairs), 0 for a tie."""
    first, second = np.triu_indices(values.shape[-1], 1)
    difference = values[..., first] - values[..., second]
    return np.where(np.abs(difference) <= _rounding(values), 0.0, np.sign(difference))


def _rounding(values: Array) -> Array:
    return _ROUNDING * np.abs(values).max(-1, keepdims=True)
