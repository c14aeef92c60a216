"""Which elements attend to which: against a plain double loop over planted weights."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from tests.attention import planted_store, symbols_of

from matxai.composition.attention.store import AttentionStore
from matxai.composition.attention.tables import ALL, element_attention
from matxai.composition.figures.attention import (
    PairMap,
    element_attention_map,
    element_attention_page,
)

FORMULAS = ["BaTiO3", "NaCl", "TiO2", "SrTiO3", "Fe", "LiFePO4", "FeO", "Ti2O4", "Li2O", "MgTiO3"]
TARGETS = [1.0] * len(FORMULAS)
DISTINCT = [0, 1, 2, 3, 4, 5, 6, 8, 9]  # Ti2O4 is TiO2


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    return planted_store(tmp_path_factory.mktemp("store"), FORMULAS, TARGETS)


@pytest.fixture(scope="module")
def table(planted):
    with AttentionStore(planted[0]) as store:
        return element_attention(store, 5)


def expected(planted, layer, head):
    """Weights and ratios of each ordered pair at the last step, one a composition."""
    pairs = {}
    for row in DISTINCT:
        last = planted[1][row][-1]
        matrix = last.mean(axis=(0, 1)) if layer == ALL else last[layer - 1, head - 1]
        names = symbols_of(FORMULAS[row])
        for query, a in enumerate(names):
            for key, b in enumerate(names):
                pairs.setdefault((a, b), []).append((matrix[query, key], len(names)))
    return pairs


def test_every_pair_is_the_mean_of_the_compositions_that_hold_both(planted, table):
    assert len(table) == 7 * len(expected(planted, ALL, ALL))
    for (layer, head), rows in table.groupby(["layer", "head"], sort=False):
        pairs = expected(planted, layer, head)
        assert len(rows) == len(pairs)
        for row in rows.itertuples():
            given = pairs[row.query, row.key]
            assert row.compounds == len(given)
            assert row.weight == pytest.approx(np.mean([w for w, _ in given]), abs=1e-3)
            ratios = np.array([w * n for w, n in given], dtype=float)
            assert row.ratio == pytest.approx(ratios.mean(), abs=3e-3)
            if len(given) == 1:
                assert np.isnan(row.ci_low)
                continue
            low, high = stats.t.interval(
                0.95, len(given) - 1, loc=ratios.mean(), scale=stats.sem(ratios)
            )
            assert row.ci_low == pytest.approx(max(low, 0), abs=2e-2)
            assert row.ci_high == pytest.approx(high, abs=2e-2)


def test_query_and_key_are_not_confused(planted, table):
    whole = table[table["layer"] == ALL].set_index(["query", "key"])["weight"]
    n = planted[1][1][-1].mean(axis=(0, 1))  # NaCl
    assert whole["Na", "Cl"] == pytest.approx(n[0, 1], abs=1e-3)
    assert whole["Cl", "Na"] == pytest.approx(n[1, 0], abs=1e-3)
    assert abs(n[0, 1] - n[1, 0]) > 0.02


def test_a_file_gives_the_same_table(table, tmp_path):
    table.to_csv(tmp_path / "e.csv", index=False)
    read = pd.read_csv(
        tmp_path / "e.csv",
        dtype={"layer": str, "head": str},
        keep_default_na=False,
        na_values={"ci_low": "", "ci_high": ""},
    )
    assert (read[["layer", "head"]] == table[["layer", "head"]].astype(str)).all(axis=None)
    assert np.allclose(read["ci_low"], table["ci_low"], equal_nan=True)
    assert (read["query"] == table["query"]).all()


def test_the_map_shows_frequent_pairs_and_greys_the_others(table):
    figure = element_attention_map(table, 4, "planted")
    axes = figure.axes[0]
    names = [label.get_text() for label in axes.get_xticklabels()]
    assert names == [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["Li", "O", "Na", "Mg", "P", "Cl", "Ti", "Fe", "Sr", "Ba"]
    whole = table[table["layer"] == ALL].set_index(["query", "key"])
    images = {image.get_label(): image.get_array() for image in axes.images}
    for query, a in enumerate(names):
        for key, b in enumerate(names):
            held = (a, b) in whole.index
            shown = held and whole.loc[(a, b), "compounds"] >= 4
            assert np.ma.getmaskarray(images["values"])[query, key] == (not shown)
            assert np.ma.getmaskarray(images["absent"])[query, key] == (not held or shown)
            if shown:
                colour = np.log2(whole.loc[(a, b), "ratio"])
                assert images["values"][query, key] == pytest.approx(colour)
    dots = next(line for line in axes.lines if line.get_gid() == "marked")
    marked = set(zip(dots.get_ydata(), dots.get_xdata(), strict=True))
    for (a, b), row in whole[whole["compounds"] >= 4].iterrows():
        around = row["ci_low"] <= 1 <= row["ci_high"]
        assert ((names.index(a), names.index(b)) in marked) == around


def test_colours_end_at_four_times_and_a_quarter(table):
    extreme = table.assign(ratio=np.where(table["query"] == "O", 100.0, 0.0))
    colour = PairMap(extreme, 1).colour
    assert np.nanmax(colour) == 2
    assert np.nanmin(colour) == -2


def test_a_map_without_frequent_pairs_says_so(table):
    figure = element_attention_map(table, 100)
    assert "stand together in 100 captured compositions" in figure.texts[0].get_text()


def test_the_page_has_every_layer_and_head(table):
    figure = element_attention_page(table, 2)
    few, ratio = figure.data
    buttons = figure.layout.updatemenus[0].buttons
    assert [button.label for button in buttons[:3]] == [
        "mean of all",
        "layer 1, head 1",
        "layer 1, head 2",
    ]
    assert len(buttons) == 7
    names = list(ratio.x)
    query, key = names.index("Ti"), names.index("O")
    for button, (_, rows) in zip(
        buttons, table.groupby(["layer", "head"], sort=False), strict=True
    ):
        row = rows.set_index(["query", "key"]).loc[("Ti", "O")]
        hover = button.args[0]["customdata"][0][query][key]
        numbers = [row[name] for name in ("ratio", "ci_low", "ci_high", "weight")]
        assert hover == pytest.approx(numbers, abs=1e-3)
        colour = np.clip(np.log2(row["ratio"]), -2, 2)
        assert button.args[0]["z"][0][query][key] == pytest.approx(colour, abs=1e-3)
        assert button.args[1] == (1,)
    assert ratio.text[query][key] == 4
    lone = names.index("Ba")
    assert ratio.z[lone][key] is None
    assert few.z[lone][key] == 0
    assert few.customdata[lone][key] == 1
    assert "attends to <b>%{x}</b>" in ratio.hovertemplate
