"""Contributions of the elements: planted networks, an independent loop, the check, the figures."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from matplotlib.colors import to_hex
from tests.compositions import MEAN, METADATA, STD, prepared
from torch import nn

from matxai.composition.data.compounds import amounts_of
from matxai.composition.data.formulas import NUMBER_OF, SYMBOL_OF
from matxai.composition.explain.contribution_summary import (
    STATISTICS,
    most_frequent,
    summarise,
    with_visibility,
)
from matxai.composition.explain.contributions import check_average, contributions
from matxai.composition.figures.contributions import contribution_boxes, contribution_table
from matxai.composition.network.batch import Compounds, part_of
from matxai.composition.network.predict import predict
from matxai.plotting.style import ABSENT
from matxai.quantities import Quantity

FORMULAS = ["Fe2O3", "Na1", "Fe1Na4O4", "O1Fe1", "Fe3O4", "Cl1Na1"]
TABLE = prepared(FORMULAS, np.linspace(5, 15, 6), ["train", "test", "test", "val", "test", "test"])
GPA = Quantity("Hardness", unit="GPa")


class Planted(nn.Module):
    """Gives iron 3, every other element 0."""

    def forward(self, batch):
        per_element = 3.0 * (batch.elements == NUMBER_OF["Fe"])
        value = batch.mean_over_elements(per_element)
        return SimpleNamespace(
            per_element=per_element, value=value, log_sigma=torch.zeros_like(value)
        )


@pytest.fixture(scope="module")
def real(network):
    return contributions(network, METADATA, TABLE)


@pytest.fixture
def planted():
    return contributions(Planted(), METADATA, TABLE)


def test_a_planted_element_has_its_contribution_wherever_it_occurs(planted):
    iron = planted["element"] == "Fe"
    assert list(planted.loc[iron, "formula"]) == ["Fe2O3", "Fe1Na4O4", "O1Fe1", "Fe3O4"]
    assert (planted.loc[iron, "contribution"] == MEAN + 3 * STD).all()
    assert (planted.loc[~iron, "contribution"] == MEAN).all()
    found = planted.groupby("formula")["prediction"].first()
    assert found["Fe2O3"] == MEAN + 1.5 * STD
    assert found["Fe1Na4O4"] == pytest.approx(MEAN + 1.0 * STD)
    assert found["Na1"] == MEAN
    assert set(planted.loc[~planted["in_training"], "element"]) == {"Cl"}
    summary = summarise(planted, seed=0).set_index("element")
    assert list(summary.index) == ["O", "Na", "Cl", "Fe"]
    assert summary.loc["Fe", ["mean", "ci_low", "ci_high", "sd"]].tolist() == [16, 16, 16, 0]


@torch.no_grad()
def test_rows_are_those_of_a_loop_over_single_compounds(network, real):
    expected = []
    for row, amounts in zip(TABLE.itertuples(), amounts_of(TABLE), strict=True):
        batch = Compounds.from_lists([amounts]).batch(torch.arange(1))
        tokens = network.tokens(batch)
        for layer in network.encoder_layers:
            tokens, _ = layer(tokens, batch)
        value, _, gate = network.head(tokens).T
        total = sum(amounts.values())
        for number, output in zip(
            batch.elements.tolist(), value / (1 + (-gate).exp()), strict=True
        ):
            fraction, given = amounts[number] / total, float(output) * STD + MEAN
            expected.append((row.part, row.line, SYMBOL_OF[number], fraction, given, row.target))
    columns = ["part", "line", "element", "fraction", "contribution", "target"]
    assert len(real) == TABLE["numbers"].map(len).sum()
    for found, truth in zip(real[columns].itertuples(index=False), expected, strict=True):
        assert found[:3] == truth[:3]
        assert found[3:] == pytest.approx(truth[3:], rel=1e-5)


def test_contributions_average_to_the_prediction_of_the_evaluation(network, real):
    value, _ = predict(network, part_of(TABLE).compounds, MEAN, STD)
    average = real.groupby("line")["contribution"].mean()
    assert np.allclose(average, value, atol=1e-5)
    assert real["contribution"].std() > 0.01
    check = check_average(real, MEAN, STD).set_index("part")
    assert check["compounds"].to_dict() == {"train": 1, "test": 4, "val": 1}
    assert check["occurrences"].to_dict() == {"train": 2, "test": 8, "val": 2}
    assert (check["largest_difference"] <= check["tolerance"]).all()
    assert (check["tolerance"] < 1e-4 * STD).all()


@pytest.mark.parametrize("wrong", [1e-3, np.nan, np.inf])
def test_the_check_fails_where_one_contribution_is_altered(real, wrong):
    altered = real.copy()
    place = altered.index[altered["formula"] == "Fe3O4"][1]
    altered.loc[place, "contribution"] += wrong
    with pytest.raises(ArithmeticError, match=r"Fe3O4 \(part test, line 6\).* in 1 of 6 compounds"):
        check_average(altered, MEAN, STD)


def test_the_check_fails_for_a_network_that_predicts_no_number(real):
    with pytest.raises(ArithmeticError, match="in 6 of 6 compounds"):
        check_average(real.assign(contribution=np.nan, prediction=np.nan), MEAN, STD)


def test_the_check_sees_a_missing_contribution_that_would_not_move_the_mean(planted):
    both_at_mean = planted.index[planted["formula"] == "Cl1Na1"]
    planted.loc[both_at_mean[0], "contribution"] = np.nan
    with pytest.raises(ArithmeticError, match="in 1 of 6 compounds"):
        check_average(planted, MEAN, STD)


def test_a_mean_far_from_zero_does_not_break_the_check(network):
    metadata = SimpleNamespace(mean=1e6, std=1e-3, elements=[])
    check_average(contributions(network, metadata, TABLE), metadata.mean, metadata.std)


def many(seed=0, rows=60):
    rng = np.random.default_rng(seed)
    picked = [rng.choice(["Fe", "Na", "Cl", "Si", "Cr"], 2, replace=False) for _ in range(rows)]
    formulas = [f"{a}{i + 1}{b}3O2" for i, (a, b) in enumerate(picked)]
    return prepared(formulas, np.linspace(5, 15, rows))


def test_summary_is_what_pandas_says(network):
    table = contributions(network, METADATA, many())
    summary = summarise(table, seed=0).set_index("element")
    iron = table[table["element"] == "Fe"]
    for prefix, column in (("", "contribution"), ("target_", "target")):
        values = iron[column]
        found = summary.loc["Fe", [f"{prefix}{name}" for name in STATISTICS]].to_numpy(float)
        error = 1.96 * values.std() / np.sqrt(len(values))
        assert found[[0, 3]] == pytest.approx([values.mean(), values.std()])
        assert found[[1, 2]] == pytest.approx(
            [values.mean() - error, values.mean() + error], rel=0.1
        )
        assert list(found[4:]) == pytest.approx(
            list(values.quantile([0.05, 0.25, 0.5, 0.75, 0.95]))
        )
    assert summary.loc["O", ["compounds", "compositions"]].tolist() == [60, 60]


def test_polymorphs_are_no_further_evidence(network):
    table = contributions(network, METADATA, many())
    twice = pd.concat([table, table.assign(line=table["line"] + 1000)])
    once, again = (summarise(t, seed=0).set_index("element") for t in (table, twice))
    assert np.allclose(once[["mean", "ci_low", "ci_high"]], again[["mean", "ci_low", "ci_high"]])
    assert (again["compounds"] == 2 * once["compounds"]).all()
    assert (again["compositions"] == once["compositions"]).all()


def test_rare_and_untrained_elements_are_not_shown(planted):
    found = with_visibility(summarise(planted, seed=0), 2)
    assert dict(zip(found["element"], found["shown"], strict=True)) == {
        "O": True, "Na": True, "Cl": False, "Fe": True,
    }  # fmt: skip
    assert (
        not with_visibility(summarise(planted, seed=0), 1).set_index("element").loc["Cl", "shown"]
    )
    assert list(most_frequent(found, 2)["element"]) == ["Na", "O"]


def test_the_periodic_table_shows_means_and_counts(planted):
    summary = with_visibility(summarise(planted, seed=0), 2)
    axes = contribution_table(summary, GPA, "planted").axes[0]
    tiles = {tile.get_gid(): to_hex(tile.get_facecolor()) for tile in axes.patches}
    texts = [text.get_text() for text in axes.texts]
    assert texts[texts.index("Fe") + 1] == "16"
    assert tiles["tile-Cl"] == tiles["tile-He"] == ABSENT.lower() != tiles["tile-Fe"]
    counts = {t.get_gid(): t.get_text() for t in axes.texts if t.get_gid()}
    assert counts == {"count-O": "2", "count-Na": "3", "count-Cl": "1", "count-Fe": "2"}
    assert "Mean contribution to Hardness (GPa)" in axes.child_axes[0].get_xlabel()


def test_boxes_stand_at_the_percentiles_of_their_rows(network):
    table = summarise(contributions(network, METADATA, many()), seed=0)
    chosen = most_frequent(with_visibility(table, 1), 3)
    axes = contribution_boxes(chosen, GPA).axes[0]
    ticks = [label.get_text() for label in axes.get_xticklabels()]
    assert ticks == [
        f"{e}\n{n}" for e, n in zip(chosen["element"], chosen["compounds"], strict=True)
    ]
    assert axes.get_ylabel() == "Hardness (GPa)"
    boxes = [patch.get_path().vertices[:, 1] for patch in axes.patches]
    for k, prefix in enumerate(("", "target_")):
        mean = next(line for line in axes.lines if line.get_gid() == f"{prefix}mean")
        assert list(mean.get_ydata()) == list(chosen[f"{prefix}mean"])
        drawn = [(box.min(), box.max()) for box in boxes[3 * k : 3 * k + 3]]
        assert drawn == list(zip(chosen[f"{prefix}p25"], chosen[f"{prefix}p75"], strict=True))


def test_boxes_without_an_element_say_so(planted):
    none = most_frequent(with_visibility(summarise(planted, seed=0), 99), 5)
    assert "no element" in contribution_boxes(none, GPA).texts[0].get_text()
