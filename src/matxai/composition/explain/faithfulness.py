"""Faithfulness: whether attention ranks the elements of a compound as the prediction depends on them.

An explanation is faithful if it shows what the model does (Jacovi & Goldberg 2020, ACL, arXiv:2004.03685).
The attention of every layer and head is compared with four references: removal of an element, integrated
gradients along the encoding of the fractions from two baselines, and contributions.
`agreement_of_references` says how much these agree with each other. An order is worth something only if it
beats orders that need no network: those of the fractions or of their distances from equal fractions,
upwards or downwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd

from matxai.composition.explain.rank_agreement import Array, kendall, top_match
from matxai.statistics.bootstrap import Resamples, mean_interval
from matxai.statistics.estimate import Estimate

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


def sources_of(elements: pd.DataFrame, reference: str) -> pd.DataFrame:
    """List what is compared with a reference.

    Returns:
        Table with the columns attention (received, received from others, rollout, or the controls fraction,
        distance of the fraction from 1/n, random, and the reference itself at jittered fractions);
        layer and head (from 1, 0 for a mean over all); columns (of ``elements``, which are averaged).
    """
    rows = []
    for ending, kind in (("", "received"), (OTHERS, "received from others")):
        heads: dict[int, list[str]] = {}
        for name in elements.columns:
            if name.startswith("layer") and name.endswith(OTHERS) == bool(ending):
                layer = int(name.removeprefix("layer").split("_")[0])
                heads.setdefault(layer, []).append(name)
        for layer, names in heads.items():
            rows += [(kind, layer, head, [name]) for head, name in enumerate(names, start=1)]
            rows.append((kind, layer, 0, names))
        rows.append((kind, 0, 0, [name for names in heads.values() for name in names]))
    rows += [(name, 0, 0, [name]) for name in ("rollout", *PLAIN, "random")]
    rows.append((ITSELF, 0, 0, [f"{reference}{AGAIN}"]))
    return pd.DataFrame(rows, columns=["attention", "layer", "head", "columns"])


def agreement(elements: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Compare every source of attention with every reference.

    The wider interval covers 95 % for all layers x heads x references together (Bonferroni), and the
    verdict comes from it. It is ``opposite`` if the interval lies below 0 and ``no better than chance``
    if it contains 0. Above 0, it is ``agrees`` if over_low is above 0 too, else ``no better than the
    fraction``. Both "no better" mean that these compounds do not show more.

    Args:
        elements: Table of `importance.importances`.
        seed: Seed of the bootstrap and of the random control.

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
            taus, hits, chances = _compound_agreement(members, sources, reference)
            table = sources.drop(columns="columns").assign(elements=subset, reference=reference)
            tables.append(_judge(table, taus, hits, chances, family, seed))
    order = ["elements", "attention", "layer", "head", "reference"]
    whole = pd.concat(tables, ignore_index=True)
    return whole[order + [name for name in whole.columns if name not in order]]


def agreement_of_references(elements: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Compare each two references, and each reference with the fraction.

    Returns:
        Table with the columns elements (in a compound), first, second, compounds (that both rank), tau
        with its 95 % interval ci_low, ci_high, top1, chance.
    """
    rows = []
    for subset, smallest in SUBSETS.items():
        members = elements[elements["elements"] >= smallest]
        for pair in combinations((*REFERENCES, "fraction"), 2):
            blocks = [np.empty((0, 3))]
            for values in _compounds(members, list(pair)):
                first, second = np.abs(values[:, 0]), np.abs(values[:, 1])
                ranked = ~np.isnan(kendall(first, second) + kendall(second, first))
                first, second = first[ranked], second[ranked]
                blocks.append(np.stack([kendall(first, second), *top_match(first, second)], axis=1))
            measures = np.concatenate(blocks)
            mean, low, high = np.full((3, 3), np.nan)
            if len(measures):
                mean, low, high = mean_interval(measures, np.arange(len(measures)), seed=seed)
            rows.append(
                {
                    "elements": subset, "first": pair[0], "second": pair[1], "compounds": len(measures),
                    "tau": mean[0], "ci_low": low[0], "ci_high": high[0],
                    "top1": mean[1], "chance": mean[2],
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def verdicts(table: pd.DataFrame, reference: str) -> dict[str, int]:
    """Count the single heads with each verdict against a reference, over all compounds."""
    heads = table[
        (table["attention"] == "received") & (table["head"] > 0)
        & (table["reference"] == reference) & (table["elements"] == ALL)
    ]  # fmt: skip
    counts = heads["verdict"].value_counts()
    return {name: int(counts.get(name, 0)) for name in (AGREES, FRACTION, CHANCE, OPPOSITE, FEW)}


def _compound_agreement(
    elements: pd.DataFrame, sources: pd.DataFrame, reference: str
) -> tuple[Array, Array, Array]:
    """Return tau, hit and chance of every source against a reference, (compounds, sources) each."""
    names = list(dict.fromkeys(name for names in sources["columns"] for name in names))
    places = [[names.index(name) for name in group] for group in sources["columns"]]
    parts: list[tuple[Array, Array, Array]] = []
    for values in _compounds(elements, [reference, *names]):
        truth = np.abs(values[:, 0])
        orders = [np.abs(values[:, 1:][:, place]).mean(1) for place in places]
        tops = [top_match(order, truth) for order in orders]
        parts.append(
            (
                np.stack([kendall(order, truth) for order in orders], axis=1),
                np.stack([hit for hit, _ in tops], axis=1),
                np.stack([chance for _, chance in tops], axis=1),
            )
        )
    if not parts:
        empty = np.empty((0, len(sources)))
        return empty, empty, empty
    taus, hits, chances = (np.concatenate(kind) for kind in zip(*parts, strict=True))
    return taus, hits, chances


def _compounds(elements: pd.DataFrame, columns: list[str]) -> Iterator[Array]:
    """Yield the values (compounds, columns, n) of the compounds of each element count."""
    for count, rows in elements.groupby("elements", sort=True):
        values = rows[columns].to_numpy(np.float64)
        yield values.reshape(-1, int(str(count)), len(columns)).transpose(0, 2, 1)


def _judge(
    table: pd.DataFrame, taus: Array, hits: Array, chances: Array, family: int, seed: int
) -> pd.DataFrame:
    """Add means, intervals and verdicts to the table of one reference, over the compounds that it ranks."""
    ranked = ~np.isnan(taus).any(1)
    taus, hits, chances = taus[ranked], hits[ranked], chances[ranked]
    names, size = table["attention"].to_numpy(), len(taus)
    plain = taus[:, np.isin(names, PLAIN)]
    over = taus - _best(plain) if size else taus
    wide = LEVEL / family
    # Enough draws that about ten of them lie beyond the wider interval, on either side.
    resamples = max(1000, int(20 / wide))
    near = far = Estimate(*np.full((3, 2 * len(table)), np.nan))
    if size:
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
    return table.assign(verdict=np.where(
        table["attention"].isin(CONTROLS), CONTROL,
        np.select(
            [
                np.full(len(table), size < FEWEST),
                table["bound_high"] < 0,
                table["bound_low"] <= 0,
                table["over_low"] <= 0,
            ],
            [FEW, OPPOSITE, CHANCE, FRACTION],
            AGREES,
        ),
    ))  # fmt: skip


def _best(plain: Array) -> Array:
    """Return the column (compounds, 1) with the largest mean, reversed orders included."""
    means = plain.mean(0)
    best = int(np.abs(means).argmax())
    return plain[:, [best]] * (1.0 if means[best] >= 0 else -1.0)
