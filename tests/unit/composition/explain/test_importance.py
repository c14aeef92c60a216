"""Importances of elements: planted networks, loops over single compounds, exact integrals."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from tests.compositions import MEAN, METADATA, STD, prepared, random_formulas
from torch import nn

from matxai.attribution.gradients import integrated_gradients
from matxai.composition.data.compounds import amounts_of
from matxai.composition.data.formulas import NUMBER_OF, parse_formula
from matxai.composition.explain.faithfulness import (
    AGREES,
    CHANCE,
    CONTROL,
    FEW,
    OPPOSITE,
    REFERENCES,
    agreement,
    agreement_of_references,
)
from matxai.composition.explain.fraction_gradients import (
    equal_baseline,
    integrated_fractions,
    vanishing_baseline,
)
from matxai.composition.explain.importance import (
    attention_from_others,
    attention_rollout,
    importances,
    jitter,
    leave_one_out,
    removal,
    sample_compounds,
)
from matxai.composition.network.batch import Compounds
from matxai.composition.network.crabnet import Prediction
from matxai.composition.settings.analyses import Faithfulness

FORMULAS = ["Fe2O3", "NaCl", "Fe1Na4O4", "Al1Cr1", "Al2Cl3Fe4O1", "Al12Cl52Fe12"]
ASKED = Faithfulness(points=64, tolerance=0.1)


def compounds_of(formulas):
    return Compounds.from_lists(amounts_of(prepared(formulas)))


@pytest.fixture(scope="module")
def real(network):
    return importances(network, METADATA, prepared(FORMULAS), ASKED)


class Given(nn.Module):
    """The fraction itself as its encoding."""

    def forward(self, fractions):
        return fractions[:, None]


class Planted(nn.Module):
    """Its attention is softmax(score), its value the logarithm of what softmax divides by.

    Without element j the value falls by exactly -log(1 - attention to j). Layer 1: that attention, and its
    reverse; layer 2: uniform, and one without meaning.
    """

    def __init__(self):
        super().__init__()
        self.encode_fraction = Given()
        self.score = torch.linspace(0, 4, 104)[torch.randperm(104, generator=generator(0))]
        self.noise = torch.randn(104, 104, generator=generator(1))

    def forward(self, batch):
        values, per_element, layers = [], [], [[], []]
        for group in batch.groups:
            numbers = batch.grouped(batch.elements, group)
            score = self.score[numbers]
            size = (len(score), 2, group.count, group.count)
            meant = torch.stack([score.softmax(-1), (-score).softmax(-1)], dim=1)
            layers[0].append(meant[:, :, None].expand(size))
            noise = self.noise[numbers[:, :, None], numbers[:, None]].softmax(-1)
            layers[1].append(torch.stack([torch.full_like(noise, 1 / group.count), noise], dim=1))
            values.append(score.logsumexp(-1))
            per_element.append((score.softmax(-1) * group.count * values[-1][:, None]).flatten())
        value = torch.cat(values) + 0 * self.encode_fraction(batch.fractions).sum()
        return Prediction(value, torch.zeros_like(value), torch.cat(per_element), layers)


class Linear(nn.Module):
    """Weight times encoded fraction, summed; hydrogen has no weight."""

    def __init__(self):
        super().__init__()
        self.encode_fraction = Given()
        self.weight = torch.arange(104) - 1.0

    def forward(self, batch):
        each = self.weight[batch.elements] * self.encode_fraction(batch.fractions)[:, 0]
        counts = [batch.grouped(each, group).sum(1) for group in batch.groups]
        return SimpleNamespace(value=torch.cat(counts))


def generator(seed):
    return torch.Generator().manual_seed(seed)


# Removal


def test_removal_is_that_of_formulas_written_without_the_element(network, real):
    elements, _ = real

    @torch.no_grad()
    def value(text):
        return network(
            Compounds.from_lists([parse_formula(text)]).batch(torch.arange(1))
        ).value.item()

    assert len(elements) == 2 + 2 + 3 + 2 + 4 + 3
    for row in elements.itertuples():
        rest = re.sub(rf"{row.element}(?![a-z])\d*", "", row.formula)
        assert rest != row.formula
        change = (value(row.formula) - value(rest)) * STD
        assert row.removal == pytest.approx(change, abs=1e-5)
        assert row.prediction == pytest.approx(value(row.formula) * STD + MEAN, abs=1e-5)
    assert list(elements["in_training"]) == [e in METADATA.elements for e in elements["element"]]


def test_amounts_put_the_rest_into_the_rows_of_its_own_formula():
    compounds = compounds_of(["Al12Cl52Fe12"])  # without Al 12/64, in the middle of two rows
    amounts = torch.tensor([52.0, 12.0, 12.0], dtype=torch.float64)
    rest = leave_one_out(compounds, amounts)
    own = compounds_of(["Al12Fe12", "Cl52Fe12", "Al12Cl52"])
    rounded = leave_one_out(compounds, compounds.fractions.double())
    assert not torch.equal(rounded.fractions, own.fractions)
    assert torch.equal(rest.fractions, own.fractions)
    assert torch.equal(rest.elements, own.elements)
    assert torch.equal(rest.offsets, own.offsets)


def test_nothing_is_left_without_the_only_element(network):
    compounds = compounds_of(["Fe2O3", "Fe"])
    with pytest.raises(ValueError, match="one element"):
        removal(network, compounds, compounds.fractions.double())


# Attention


@torch.no_grad()
def test_attention_is_that_of_each_compound_alone(network, real):
    elements, _ = real
    for line, mine in elements.groupby("line"):
        amounts = amounts_of(prepared(FORMULAS))[int(line) - 2]
        prediction = network(Compounds.from_lists([amounts]).batch(torch.arange(1)))
        n = len(mine)
        assert [NUMBER_OF[s] for s in mine["element"]] == sorted(
            amounts, key=lambda e: (-amounts[e], e)
        )
        for layer in (0, 1):
            for head in (0, 1):
                weights = prediction.attention[layer][0][0, head].tolist()  # [query][key]
                name = f"layer{layer + 1}_head{head + 1}"
                for key in range(n):
                    column = [weights[query][key] for query in range(n)]
                    assert mine[name].iloc[key] == pytest.approx(sum(column) / n, abs=1e-6)
                    others = (sum(column) - column[key]) / (n - 1)
                    assert mine[f"{name}_others"].iloc[key] == pytest.approx(others, abs=1e-6)
        contribution = prediction.per_element * STD
        assert np.allclose(mine["contribution"], contribution, atol=1e-5)


def test_rollout_multiplies_the_layers_from_the_last_to_the_first():
    rng = np.random.default_rng(0)
    layers = [rng.dirichlet(np.ones(3), (5, 2, 3)) for _ in range(3)]  # compounds, heads, query
    found = attention_rollout([torch.from_numpy(layer) for layer in layers])
    for k in range(5):
        through = np.eye(3)
        for layer in layers:
            through = (layer[k].mean(0) + np.eye(3)) / 2 @ through
        assert np.allclose(found[k], through.mean(0))
        assert found[k].sum() == pytest.approx(1)
    ones = torch.full((1, 2, 2), 0.5)
    assert attention_from_others(ones).tolist() == [[0.5, 0.5]]


def test_an_attention_that_explains_agrees_and_others_do_not():
    drawn = prepared(random_formulas([2 + row % 4 for row in range(80)]))
    elements, check = importances(Planted(), METADATA, drawn, ASKED)
    expected = -np.log1p(-elements["layer1_head1"]) * STD
    assert np.allclose(elements["removal"], expected, rtol=1e-3, atol=1e-5)
    found = agreement(elements, seed=0).query("attention == 'received' and elements == '2 or more'")
    verdict = found.set_index(["reference", "layer", "head"])["verdict"]
    for reference in ("removal", "contribution"):
        assert verdict[reference, 1, 1] == AGREES
        assert verdict[reference, 1, 2] == OPPOSITE
        assert verdict[reference, 2, 1] == CHANCE
        assert verdict[reference, 2, 2] == CHANCE
    # It does not look at the fractions: integrated gradients on them order nothing.
    assert (check["ranked"] == 0).all()
    assert (elements[["ig_vanishing", "ig_equal"]] == 0).all(axis=None)
    assert verdict["ig_equal", 1, 1] == FEW


# Integrated gradients


def test_a_linear_network_gives_weight_times_difference():
    compounds = compounds_of(["H2O", "Fe2O3", "NaCl", "Al2Cl3Fe4O1"])
    linear = Linear()
    for baseline in (vanishing_baseline(compounds), equal_baseline(compounds)):
        found = integrated_fractions(linear, compounds, baseline, tolerance=0.01, points=(16, 16))
        weight = linear.weight[compounds.elements]
        assert torch.allclose(
            found.shares.float(), weight * (compounds.fractions - baseline), atol=1e-5
        )
        assert found.shares[compounds.elements == 1].abs().max() == 0  # no influence, no share
        assert found.closed.all()
    assert found.difference[2] == 0  # NaCl is its own baseline of equal fractions


def test_shares_add_up_to_the_change_of_the_prediction(network):
    compounds, refined = compounds_of(FORMULAS), []
    for baseline in (vanishing_baseline(compounds), equal_baseline(compounds)):
        found = integrated_fractions(network, compounds, baseline, tolerance=0.02, points=(16, 256))
        with torch.no_grad():
            ends = [
                network(
                    Compounds(compounds.elements, f, compounds.offsets).batch(
                        torch.arange(len(FORMULAS))
                    )
                )
                for f in (compounds.fractions, baseline)
            ]
        place = compounds.counts.argsort(stable=True)
        change = (ends[0].value - ends[1].value).double()
        assert torch.allclose(found.difference[place], change, atol=1e-6)
        sums = torch.stack([part.sum() for part in found.shares.split(compounds.counts.tolist())])
        scale = change[change != 0].abs().mean()
        assert found.closed.all()
        assert (sums - found.difference).abs().max() <= 0.02 * scale
        assert torch.allclose(found.gap, sums - found.difference)
        same = baseline == compounds.fractions
        assert (found.shares[same] == 0).all()
        refined.append(set(found.points.tolist()))
    assert refined[0] >= {16, 32}  # each compound as far as it needs


def test_shares_are_those_of_another_implementation(network):
    """captum's, on one compound at a time, the encoded fractions moved by hand."""
    formulas = ["Al2Cl3Fe4O1", "Fe2O3"]
    compounds = compounds_of(formulas)
    found = integrated_fractions(
        network, compounds, vanishing_baseline(compounds), tolerance=1, points=(64, 64)
    )
    for row, shares in enumerate(found.shares.split(compounds.counts.tolist())):
        alone = compounds_of([formulas[row]])
        start = network.encode_fraction(vanishing_baseline(alone)).detach()
        way = network.encode_fraction(alone.fractions).detach() - start

        def value(inputs, alone=alone, start=start, way=way):
            n = len(alone.elements)
            many = Compounds(
                alone.elements.repeat(len(inputs)), alone.fractions.repeat(len(inputs)),
                torch.arange(len(inputs) + 1) * n,
            )  # fmt: skip
            batch = many.batch(torch.arange(len(inputs)))
            moved = start + inputs[..., None] * way
            tokens = network.embedded(batch) + moved.flatten(0, 1)
            for layer in network.encoder_layers:
                tokens, _ = layer(tokens, batch)
            output, _, gate = network.head(tokens).unbind(-1)
            return batch.mean_over_elements(output * gate.sigmoid())

        ones = torch.ones(1, len(alone.elements))
        expected, _ = integrated_gradients(value, ones, torch.zeros_like(ones[0]), steps=64)
        assert torch.allclose(shares.float(), expected[0], atol=1e-5)


def test_the_network_keeps_its_encoding(network):
    own, compounds = network.encode_fraction, compounds_of(["Fe2O3"])
    integrated_fractions(
        network, compounds, equal_baseline(compounds), tolerance=1, points=(16, 16)
    )
    assert network.encode_fraction is own


def test_a_gap_that_does_not_close_is_counted_and_left_out(network):
    asked = Faithfulness(points=16, tolerance=1e-9)
    elements, check = importances(network, METADATA, prepared(FORMULAS), asked)
    assert (check["unclosed"] > 0).all()
    assert (check["points"] == 16).all()
    lost = elements.groupby("line")["ig_vanishing"].apply(lambda v: v.isna().all()).sum()
    assert lost == check.set_index("attribution").loc["ig_vanishing", "unclosed"]
    assert elements["removal"].notna().all()


# What is compared


def test_columns_and_check(real):
    elements, check = real
    assert {*REFERENCES, "rollout", "layer2_head2_others"} < set(elements)
    both = ["ig_vanishing", "ig_equal"]
    assert list(check["attribution"]) == [*both, *(f"{name}_again" for name in both)]
    assert (check["compounds"] == len(FORMULAS)).all()
    assert check.loc[1, "ranked"] == len(FORMULAS) - 2  # NaCl and AlCr have equal fractions
    assert (check["largest_gap"] <= ASKED.tolerance).all()
    sums = elements.groupby("line")["ig_vanishing"].sum().abs()
    assert sums.mean() == pytest.approx(check.loc[0, "mean_difference"], rel=0.1)


def test_jitter_keeps_elements_and_sums():
    compounds = compounds_of(FORMULAS * 200)
    amounts = jitter(compounds.fractions.double(), 0.02, seed=0)
    noisy = compounds.with_amounts(amounts)
    assert torch.equal(noisy.elements, compounds.elements)
    sums = torch.stack([p.sum() for p in noisy.fractions.split(compounds.counts.tolist())])
    assert torch.allclose(sums, torch.ones(len(sums)), atol=1e-6)
    ratio = (noisy.fractions / compounds.fractions).log()
    assert 0.01 < ratio.std() < 0.02  # the sum is normalised: less than 2 %
    assert torch.equal(amounts, jitter(compounds.fractions.double(), 0.02, seed=0))


def test_draw_takes_each_composition_of_the_test_part_once():
    table = prepared([*FORMULAS, "Fe2O3", "Fe", "NaF"])
    table.loc[8, "part"] = "train"
    drawn = sample_compounds(table, Faithfulness())
    assert list(drawn["formula"]) == FORMULAS
    few = sample_compounds(table, Faithfulness(compounds=3))
    assert len(few) == 3
    assert few["line"].is_monotonic_increasing
    assert list(few["line"]) == list(sample_compounds(table, Faithfulness(compounds=3))["line"])
    assert sample_compounds(table.iloc[[7, 8]], Faithfulness()).empty


def test_batches_keep_what_belongs_together(network, real):
    """Compounds in another order give the same numbers."""
    second = importances(network, METADATA, prepared(FORMULAS[::-1]), ASKED)[0]
    columns = [
        "formula",
        "element",
        "removal",
        "ig_equal",
        "contribution",
        "layer2_head1",
        "rollout",
    ]
    a, b = (
        t[columns].sort_values(["formula", "element"]).set_index(["formula", "element"])
        for t in (real[0], second)
    )
    assert np.allclose(a, b, atol=1e-4)


def test_what_is_taken_again_is_taken_in_the_same_way(network):
    """Noise below all rounding gives the same numbers, points and compounds left out included."""
    asked = Faithfulness(points=64, tolerance=0.003, jitter=1e-14)
    elements, check = importances(network, METADATA, prepared(FORMULAS), asked)
    found = check.set_index("attribution")
    assert found.loc["ig_vanishing", "points"] == 64
    assert 0 < found.loc["ig_vanishing", "unclosed"] < len(FORMULAS)
    for name in REFERENCES:
        again = elements[f"{name}_again"]
        assert np.allclose(again, elements[name], rtol=1e-5, atol=1e-6, equal_nan=True)


def test_no_compounds_give_the_columns_alone(network, real):
    elements, check = importances(network, METADATA, prepared([]), ASKED)
    assert elements.empty
    assert list(elements) == list(real[0])
    assert list(check["attribution"]) == list(real[1]["attribution"])
    assert (check[["compounds", "ranked", "unclosed", "points"]] == 0).all(axis=None)
    table = agreement(elements, seed=0)
    assert set(table["verdict"]) == {FEW, CONTROL}
    assert (table["compounds"] == 0).all()
    assert (agreement_of_references(elements, seed=0)["compounds"] == 0).all()
