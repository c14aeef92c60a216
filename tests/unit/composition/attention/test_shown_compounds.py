"""Views of single compounds against the store they are of: the choice, final figure, table, page."""

import json

import numpy as np
import pandas as pd
import pytest
from tests.attention import planted_store, symbols_of

from matxai.composition.attention.shown_compounds import (
    ShownCompound,
    compounds_table,
    entry_of_kept_weights,
    formulas_to_show,
    mean_error,
    read_formulas,
    weights_table,
)
from matxai.composition.attention.store import AttentionStore
from matxai.composition.attention.tables import element_attention
from matxai.composition.figures.attention import kept_attention
from matxai.composition.figures.attention_page import attention_page, page_caption, steps_shown
from matxai.composition.settings.analyses import AttentionFigures
from matxai.plotting.page import write_page
from matxai.quantities import Quantity
from matxai.run.errors import InputError

FORMULAS = [
    "Fe",
    "BaTiO3",
    "NaCl",
    "SrTiO3",
    "LiF",
    "Ba2Ti2O6",
    "CaTiO3",
    "LiFePO4",
    "NaN3",
    "Cl2Na2",
]
TARGETS = [0.0, 1.0, np.nan, 2.0, 3.0, 4.0, -1.0, 5.0, 6.0, 7.0]
TARGET = Quantity("Hardness", unit="GPa")


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    return planted_store(tmp_path_factory.mktemp("store"), FORMULAS, TARGETS)


@pytest.fixture
def store(planted):
    with AttentionStore(planted[0]) as opened:
        yield opened


def counts(formulas):
    return [len(symbols_of(formula)) for formula in formulas]


def test_a_draw_spreads_over_element_counts(store):
    for seed in range(20):
        asked = AttentionFigures(seed=seed)
        assert counts(formulas_to_show(store, asked, 3)) == [
            2,
            3,
            4,
        ]  # a tie: the smaller one first
        every = formulas_to_show(store, asked, 8)
        assert counts(every) == [2, 3, 4, 1, 2, 3, 2, 3]
        assert sorted(every) == sorted(FORMULAS[:5] + FORMULAS[6:9])  # equal compositions once
        assert formulas_to_show(store, asked, 8) == every
    assert len({formulas_to_show(store, AttentionFigures(seed=s), 1)[0] for s in range(20)}) == 3


def test_what_is_shown_ends_with_the_compositions(store):
    found = formulas_to_show(store, AttentionFigures(compounds=9), 9)
    assert sorted(found) == sorted(FORMULAS[:5] + FORMULAS[6:9])


def test_formulas_are_shown_as_they_are_asked_for(store):
    asked = AttentionFigures(formulas=("TiBaO3", "Ba2Ti2O6", "NaN3"))
    assert formulas_to_show(store, asked, 3) == ["BaTiO3", "Ba2Ti2O6", "NaN3"]


@pytest.mark.parametrize(
    ("asked", "count", "message"),
    [
        ({"formulas": ("KBr",)}, 1, "not in the store"),
        ({"formulas": ("BaTiO3", "TiBaO3")}, 2, "another compound than BaTiO3"),
    ],
)
def test_what_cannot_be_shown_is_refused(store, asked, count, message):
    with pytest.raises(InputError, match=message):
        formulas_to_show(store, AttentionFigures(**asked), count)


def test_the_error_is_that_of_all_compounds_with_a_target(planted, store):
    error, scored = mean_error(store)
    known = [row for row, target in enumerate(TARGETS) if np.isfinite(target)]
    assert scored == 9
    for step in range(6):
        off = [abs(float(planted[2][row, step]) - TARGETS[row]) for row in known]
        assert error[step] == pytest.approx(sum(off) / 9, rel=1e-6)


def test_without_targets_there_is_no_error(tmp_path):
    path, _, _ = planted_store(tmp_path, ["NaCl"], [np.nan])
    with AttentionStore(path) as store:
        error, scored = mean_error(store)
    assert scored == 0
    assert np.isnan(error).all()


def test_the_table_of_compounds_tells_their_kept_prediction(planted, store, tmp_path):
    views = [ShownCompound.read(store, formula, TARGET, "x", 4) for formula in ("LiFePO4", "NaCl")]
    table = compounds_table(views, ["a", "b", "c"])
    assert table["prediction"].tolist() == [float(planted[2][7, 4]), float(planted[2][2, 4])]
    assert table["elements"].tolist() == [" ".join(symbols_of("LiFePO4")), "Na Cl"]
    assert table["files"].tolist() == ["a", "b"]
    table.assign(formula=["NaN", "NaCl"]).to_csv(tmp_path / "c.csv", index=False)
    assert read_formulas(tmp_path / "c.csv") == ["NaN", "NaCl"]


def test_table_and_figure_hold_the_weights_of_the_last_step(planted, store):
    view = ShownCompound.read(store, "LiFePO4", TARGET, "crabnet on mine", 5)
    last = planted[1][7][-1]
    table = weights_table(view.history, 5).set_index(["layer", "head", "query", "key"])["weight"]
    names = symbols_of("LiFePO4")
    figure = kept_attention(view)
    panels = [axes for axes in figure.axes if axes.images]
    assert len(panels) == 6
    for number, (layer, head) in enumerate(np.ndindex(2, 3)):
        shown = panels[number].images[0]
        assert np.abs(shown.get_array() - last[layer, head]).max() < 1e-3
        assert shown.get_clim() == (0, 1)
        for query, key in np.ndindex(4, 4):
            weight = last[layer, head, query, key]
            row = (layer + 1, head + 1, names[query], names[key])
            assert table[row] == pytest.approx(weight, abs=1e-3)
        texts = {text.get_position(): text.get_text() for text in panels[number].texts}
        assert float(texts[1, 2]) == pytest.approx(last[layer, head, 2, 1], abs=6e-3)
    # Layers downwards, heads to the right.
    boxes = [axes.get_position() for axes in panels]
    assert boxes[0].x0 < boxes[1].x0
    assert boxes[0].y0 > boxes[3].y0
    assert [tick.get_text().split()[0] for tick in panels[0].get_yticklabels()] == names
    title = figure.get_suptitle()
    assert (
        f"epoch 6, whose weights are kept: predicted {planted[2][7, -1]:.3g} GPa, true 5 GPa"
        in title
    )


def test_what_is_shown_as_final_is_of_the_weights_that_are_kept(planted, store):
    training = pd.DataFrame({"epoch": range(1, 7), "best": [True, True, False, True, False, False]})
    kept = entry_of_kept_weights(store, training)
    assert kept == 3
    view = ShownCompound.read(store, "LiFePO4", TARGET, "x", kept)
    shown = next(axes for axes in kept_attention(view).axes if axes.images).images[0].get_array()
    assert np.abs(shown - planted[1][7][3][0, 0]).max() < 1e-3
    table = compounds_table([view], ["a"])
    assert table["prediction"].tolist() == [float(planted[2][7, 3])]
    assert table["epoch"].tolist() == [4.0]
    whole = element_attention(store, kept).query("layer == 'all'").set_index(["query", "key"])
    names = symbols_of("LiFePO4")
    mine = planted[1][7][3].mean(axis=(0, 1))
    assert whole.loc[(names[0], names[1]), "weight"] == pytest.approx(mine[0, 1], abs=1e-3)


def test_an_unknown_target_is_called_so(store):
    figure = kept_attention(ShownCompound.read(store, "NaCl", TARGET, "x", 5))
    assert "true unknown" in figure.get_suptitle()


def test_the_page_holds_every_step_with_its_own_numbers(planted, store, tmp_path):
    view = ShownCompound.read(store, "LiFePO4", TARGET, "crabnet on mine", 5)
    figure = attention_page(view)
    matrices = [number for number, trace in enumerate(figure.data) if trace.type == "heatmap"]
    assert len(figure.frames) == 6
    for step, frame in enumerate(figure.frames):
        moving = dict(zip(frame.traces, frame.data, strict=True))
        for number, (layer, head) in zip(matrices, np.ndindex(2, 3), strict=True):
            expected = planted[1][7][step, layer, head]
            assert np.abs(np.array(moving[number].z) - expected).max() < 1e-3
            assert figure.data[number].name == f"layer {layer + 1}, head {head + 1}"
        marks = [moving[number] for number in frame.traces if number not in matrices]
        curves = [number for number in range(6, 10) if number not in frame.traces]
        for mark, curve, value in zip(
            marks, curves, (planted[2][7, step], view.error[step]), strict=True
        ):
            assert set(mark.x) == {step + 1}
            assert mark.y[1] == pytest.approx(float(value), rel=1e-5)
            assert figure.data[curve].y[step] == mark.y[1]
        label = figure.layout.sliders[0].steps[step].label
        assert label.startswith(f"epoch {step + 1}, step {10 * step + 10}: predicted ")
        assert f"predicted {planted[2][7, step]:.4g}, true 5," in label
        assert figure.layout.sliders[0].steps[step].args[0] == (frame.name,)
    # What is shown first is the last step.
    assert np.array_equal(figure.data[0].z, figure.frames[-1].data[0].z)
    assert figure.layout.sliders[0].active == 5
    for name in ("a.html", "b.html"):
        write_page(attention_page(view), tmp_path / name, view.title, page_caption(view))
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert page == (tmp_path / "b.html").read_text(encoding="utf-8")
    assert '<script src="http' not in page
    assert json.dumps(figure.frames[0].data[0].z[0][1]) in page


def test_a_page_without_target_has_no_error_curve(tmp_path):
    path, _, _ = planted_store(tmp_path, ["NaCl"], [np.nan])
    with AttentionStore(path) as store:
        figure = attention_page(ShownCompound.read(store, "NaCl", TARGET, "x", 5))
    assert [shape.line.dash for shape in figure.layout.shapes] == ["dot", "dot"]
    assert "true unknown" in figure.layout.sliders[0].steps[0].label


def test_many_steps_are_thinned_and_the_page_says_so(tmp_path):
    assert steps_shown(30, 100).tolist() == list(range(30))
    chosen = steps_shown(300, 100)
    assert (len(chosen), chosen[0], chosen[-1]) == (100, 0, 299)
    assert np.diff(chosen).max() <= 4
    assert len(steps_shown(300, 6 * 8 * 81)) * 6 * 8 * 81 <= 400_000
    path, _, _ = planted_store(tmp_path, ["NaCl"], [1.0], steps=130, layers=1, heads=1)
    with AttentionStore(path) as store:
        view = ShownCompound.read(store, "NaCl", TARGET, "x", 129)
    assert "Of 130 captured steps, 100 are shown." in page_caption(view)
    figure = attention_page(view)
    assert len(figure.frames) == len(figure.layout.sliders[0].steps) == 100
    assert figure.frames[-1].name == "129"


def test_the_table_of_weights_is_tidy(store):
    table = weights_table(store.history("BaTiO3"), 0)
    assert len(table) == 2 * 3 * 9
    rows = table.groupby(["layer", "head", "query"])["weight"].sum()
    assert np.allclose(rows, 1)
    assert isinstance(table, pd.DataFrame)
