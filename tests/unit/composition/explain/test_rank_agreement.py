"""Rank agreement within compounds against SciPy, and verdicts on planted orders."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kendalltau

from matxai.composition.explain.faithfulness import (
    AGAIN,
    AGREES,
    CHANCE,
    CONTROL,
    FEW,
    FRACTION,
    ITSELF,
    OPPOSITE,
    OTHERS,
    REFERENCES,
    agreement,
    agreement_of_references,
    kendall,
    top_match,
    verdicts,
)
from matxai.composition.figures.faithfulness import agreement_figure


def planted(compounds=120, seed=0):
    """Head 1 has the order of removal, head 2 the reverse, head 3 that of the fractions, head 4 none.

    The contribution runs against the fractions, mostly; integrated gradients from equal fractions are
    all the same in a third of the compounds.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(compounds):
        n = int(rng.integers(2, 6))
        removal, fraction = rng.normal(size=n), rng.dirichlet(np.ones(n))
        table = pd.DataFrame(
            {
                "line": number, "elements": n, "fraction": fraction, "removal": removal,
                "ig_vanishing": rng.normal(size=n),
                "ig_equal": np.zeros(n) if number % 3 == 0 else rng.normal(size=n),
                "contribution": np.where(rng.random(n) < 0.2, rng.random(n), 1 - fraction),
                "layer1_head1": np.abs(removal) ** 2, "layer1_head2": -np.abs(removal) + 9,
                "layer2_head1": 1 - fraction, "layer2_head2": rng.random(n), "rollout": 1 / n,
            }
        )  # fmt: skip
        for name in REFERENCES:
            table[f"{name}{AGAIN}"] = table[name]
        rows.append(table)
    found = pd.concat(rows, ignore_index=True)
    for name in [column for column in found if column.startswith("layer")]:
        found[f"{name}{OTHERS}"] = found[name]
    # Shuffled signs: only the size of a reference counts.
    found["removal"] *= rng.choice([-1, 1], len(found))
    return found


@pytest.fixture(scope="module")
def elements():
    return planted()


@pytest.fixture(scope="module")
def table(elements):
    return agreement(elements, seed=1)


@pytest.fixture(scope="module")
def references(elements):
    return agreement_of_references(elements, seed=1)


def row(table, layer, head, reference, attention="received", subset="2 or more"):
    found = table.query(
        "layer == @layer and head == @head and reference == @reference "
        "and attention == @attention and elements == @subset"
    )
    assert len(found) == 1
    return found.iloc[0]


@pytest.mark.parametrize("n", [2, 3, 5, 8])
def test_tau_is_that_of_scipy_with_ties(n):
    rng = np.random.default_rng(n)
    first, second = rng.integers(0, 4, (2, 60, n)).astype(float)
    found = kendall(first, second)
    for a, b, tau in zip(first, second, found, strict=True):
        expected = kendalltau(a, b).statistic
        if np.isnan(expected) and len(set(b)) > 1:
            expected = 0.0  # the first alone has all equal
        assert tau == pytest.approx(expected, nan_ok=True)
    assert {-1.0, 1.0} <= set(found[~np.isnan(found)]) or n > 3


def test_rounding_makes_ties_and_missing_values_no_order():
    assert kendall(np.array([[1.0, 1.0 + 1e-7, 1.0]]), np.array([[1.0, 2.0, 3.0]])) == 0
    assert np.isnan(kendall(np.array([[1.0, 2.0]]), np.array([[1.0, 1.0 + 1e-7]])))
    assert np.isnan(kendall(np.array([[1.0, 2.0]]), np.array([[1.0, np.nan]])))
    assert np.isnan(kendall(np.array([[np.nan, 2.0]]), np.array([[1.0, 2.0]])))


def test_top_counts_ties_by_their_share():
    first = np.array([[3.0, 1, 1], [1, 3, 3], [1, 1, 1], [1, 2, 3]])
    second = np.array([[9.0, 1, 1], [1, 1, 9], [9, 9, 1], [1, 1, 1]])
    hit, chance = top_match(first, second)
    assert hit == pytest.approx([1, 0.5, 2 / 3, np.nan], nan_ok=True)
    assert chance == pytest.approx([1 / 3, 1 / 3, 2 / 3, np.nan], nan_ok=True)


def test_planted_orders_have_their_verdicts(table):
    assert row(table, 1, 1, "removal")["verdict"] == AGREES
    assert row(table, 1, 1, "removal")["tau"] == 1
    assert row(table, 1, 1, "removal")["top1"] == 1
    assert row(table, 1, 2, "removal")["verdict"] == OPPOSITE
    assert row(table, 1, 2, "removal")["tau"] == -1
    assert row(table, 2, 2, "removal")["verdict"] == CHANCE
    # It has the reversed order of the fractions, which anyone can have without a network.
    assert row(table, 2, 1, "contribution")["verdict"] == FRACTION
    assert row(table, 2, 1, "contribution")["tau"] > 0.5
    assert row(table, 0, 0, "removal", "rollout")["tau"] == 0  # all equal: no order
    assert row(table, 0, 0, "removal", "random")["verdict"] == CONTROL
    assert row(table, 0, 0, "removal", ITSELF)["tau"] == 1
    assert verdicts(table, "removal") == {AGREES: 1, FRACTION: 0, CHANCE: 2, OPPOSITE: 1, FEW: 0}


def test_the_distance_from_equal_fractions_needs_no_network_either(elements):
    distance = (elements["fraction"] - 1 / elements["elements"]).abs()
    noise = np.random.default_rng(3).normal(0, 0.05, len(elements))
    changed = elements.assign(ig_vanishing=distance + noise, layer2_head2=distance)
    found = agreement(changed, seed=0)
    head = row(found, 2, 2, "ig_vanishing")
    assert head["tau"] > 0.4
    assert head["tau"] == row(found, 0, 0, "ig_vanishing", "distance")["tau"]
    assert head["over_fraction"] == 0
    assert head["verdict"] == FRACTION


def test_a_lead_over_the_fractions_in_a_few_compounds_is_not_enough(elements):
    few = elements["line"] < 4
    noisy = elements["fraction"] + np.random.default_rng(4).normal(0, 0.2, len(elements))
    changed = elements.assign(
        ig_vanishing=noisy.abs(), layer2_head2=noisy.abs().where(few, elements["fraction"])
    )
    head = row(agreement(changed, seed=0), 2, 2, "ig_vanishing")
    assert head["bound_low"] > 0
    assert head["over_fraction"] > 0
    assert head["verdict"] == FRACTION


def test_means_and_chance_are_those_of_a_loop(elements, table):
    for subset, smallest in (("2 or more", 2), ("3 or more", 3)):
        compounds = [g for _, g in elements.groupby("line") if len(g) >= smallest]
        found = row(table, 2, 2, "ig_equal", subset=subset)
        kept = [g for g in compounds if g["ig_equal"].any()]
        taus = [kendalltau(g["layer2_head2"], g["ig_equal"].abs()).statistic for g in kept]
        assert found["compounds"] == len(kept)
        assert found["tau"] == pytest.approx(np.mean(taus))
        assert found["chance"] == pytest.approx(np.mean([1 / len(g) for g in kept]))
        mean = row(table, 2, 0, "ig_equal", subset=subset)["tau"]
        both = [g["layer2_head1"] + g["layer2_head2"] for g in kept]
        taus = [
            kendalltau(b, g["ig_equal"].abs()).statistic for b, g in zip(both, kept, strict=True)
        ]
        assert mean == pytest.approx(np.mean(taus))


def test_intervals_of_all_verdicts_together_are_wider(table):
    varied = table[table["tau"].abs() < 0.99].query("attention == 'received'")
    assert (varied["bound_low"] < varied["ci_low"]).all()
    assert (varied["bound_high"] > varied["ci_high"]).all()
    # Four heads, four references: 1 - 0.05 / 16 has 1.51 times the half-width of 0.95.
    ratio = (varied["bound_high"] - varied["bound_low"]) / (varied["ci_high"] - varied["ci_low"])
    assert ratio.median() == pytest.approx(2.955 / 1.960, rel=0.08)


def test_random_heads_agree_with_nothing():
    """Of many heads without meaning the corrected interval lets next to none pass."""
    rng = np.random.default_rng(5)
    elements = planted(80, seed=5)
    for name in [c for c in elements if c.startswith("layer")]:
        elements[name] = rng.random(len(elements))
    found = agreement(elements, seed=0).query("attention == 'received' and head > 0")
    assert (found["verdict"] == CHANCE).all()


def test_few_compounds_get_no_verdict():
    found = agreement(planted(8), seed=0)
    assert set(found["verdict"]) == {FEW, CONTROL}


def test_pairs_of_references(elements, references):
    pair = references.query(
        "first == 'removal' and second == 'ig_equal' and elements == '3 or more'"
    )
    kept = [g for _, g in elements.groupby("line") if len(g) >= 3 and g["ig_equal"].any()]
    taus = [kendalltau(g["removal"].abs(), g["ig_equal"].abs()).statistic for g in kept]
    assert pair["tau"].item() == pytest.approx(np.mean(taus))
    assert pair["compounds"].item() == len(kept)
    assert pair["ci_low"].item() < np.mean(taus) < pair["ci_high"].item()
    assert len(references) == 2 * 10


def test_figure_shows_every_head_and_says_what_disagrees(table, references):
    figure = agreement_figure(table, references, "planted")
    assert len(figure.axes) == 4
    axes = figure.axes[0]
    marks = {line.get_gid(): line for line in axes.lines if line.get_gid()}
    for layer, head in ((1, 1), (1, 2), (2, 1), (2, 2)):
        mark = marks[f"tau-layer {layer}, head {head}"]
        assert mark.get_xdata()[0] == row(table, layer, head, "removal")["tau"]
        label = axes.get_yticklabels()[int(mark.get_ydata()[0])].get_text()
        assert label == f"layer {layer}, head {head}"
    colours = {name: marks[f"tau-layer 1, head {name}"].get_color() for name in (1, 2)}
    assert colours[1] != colours[2]
    pair = references.query(
        "first == 'removal' and second == 'fraction' and elements == '2 or more'"
    )
    assert marks["pair-fraction"].get_xdata()[0] == pair["tau"].item()
    title = axes.get_title(loc="left")
    assert "1 of 4 heads agree" in title
    assert "2 no better than chance" in title
    assert "1 opposite" in title
    mirrored = next(line for line in figure.axes[3].lines if line.get_gid() == "fraction")
    control = row(table, 0, 0, "contribution", "fraction")["tau"]
    assert control < 0 < mirrored.get_xdata()[0]
    assert mirrored.get_xdata()[0] == -control


def test_figure_without_compounds_says_so(table, references):
    nothing = table.assign(tau=np.nan)
    assert "No compound" in agreement_figure(nothing, references).texts[0].get_text()
