"""The attention store against what was written into it; refusals, layout, choice of compounds, summary."""

import warnings
import zipfile

import numpy as np
import pandas as pd
import pytest
import zarr
from tests.attention import softmax
from tests.compositions import prepared
from zarr.storage import ZipStore

from matxai.composition.attention import writer as module
from matxai.composition.attention.capture import chosen_compounds
from matxai.composition.attention.layout import UNIT, quantised, weights_of
from matxai.composition.attention.store import AttentionStore, attention
from matxai.composition.attention.tables import published_bytes, summarise
from matxai.composition.attention.writer import AttentionWriter, pack
from matxai.composition.settings.attention import Attention
from matxai.run.errors import InputError

LAYERS, HEADS = 2, 3
FORMULAS = ["TiO2", "Fe", "BaTiO3", "NaCl", "O4Ti2"]
REDUCED = ["O2Ti", "Fe", "O3TiBa", "NaCl", "O2Ti"]
ELEMENTS = [[8, 22], [26], [8, 22, 56], [11, 17], [8, 22]]
TABLE = prepared(
    ["TiO2", "FeO", "NaCl", "O2Ti", "LiF"], [1.0, 2.0, 3.0, 4.0, 5.0],
    ["train", "val", "val", "val", "test"],
)  # fmt: skip
KNOWN = np.arange(104) % 104 > 0


def step(rng, counts):
    weights = {n: softmax(rng, c, LAYERS, HEADS, n, n) for n, c in counts.items()}
    return weights, {n: rng.normal(size=c).astype(np.float32) for n, c in counts.items()}


def by_size(folder):
    captured = pd.DataFrame(
        {
            "formula": FORMULAS,
            "reduced": REDUCED,
            "elements": ELEMENTS,
            "fractions": [np.full(len(numbers), 1 / len(numbers)) for numbers in ELEMENTS],
            "row": [4, 0, 7, 2, 9],
            "target": [1.0, 2.0, np.nan, 4.0, 5.0],
        }
    )
    store = AttentionWriter(
        folder, captured, layers=LAYERS, heads=HEADS,
        origin={"network": "crabnet", "epoch_steps": 10},
    )  # fmt: skip
    store.create()
    return store


@pytest.fixture
def filled(tmp_path):
    """A packed store of ten steps, and what went into it."""
    store, rng = by_size(tmp_path / "a.zarr"), np.random.default_rng(1)
    given = [step(rng, {1: 1, 2: 3, 3: 1}) for _ in range(10)]
    for i, (weights, predictions) in enumerate(given):
        store.append(5 * i + 5, weights, predictions)
    pack(store.folder, tmp_path / "a.zarr.zip")
    return tmp_path / "a.zarr.zip", given


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_rounding_keeps_row_sums_exact_and_weights_close(count):
    weights = softmax(np.random.default_rng(0), 500, count, count)
    stored = quantised(weights)
    assert stored.dtype == np.uint16
    assert stored.shape[-1] == max(count - 1, 1)
    found = weights_of(stored, count)
    assert (found.sum(-1) == 1).all()
    assert (found >= 0).all()
    assert np.abs(found - weights).max() < 1 / UNIT
    assert np.array_equal(found * UNIT, np.rint(found * UNIT))


def test_what_is_read_is_what_was_written(filled):
    path, given = filled
    with AttentionStore(path) as store:
        assert store.steps.tolist() == list(range(5, 55, 5))
        assert store.epochs.tolist() == [i / 2 for i in range(1, 11)]
        for place, (n, member) in enumerate([(2, 0), (1, 0), (3, 0), (2, 1), (2, 2)]):
            if place < 4:  # the last is TiO2 in another spelling, found by that spelling
                expected = np.stack([weights[n][member] for weights, _ in given])
                found = store.attention(FORMULAS[place])
                assert found.shape == (10, LAYERS, HEADS, n, n)
                assert found.dtype == np.float32
                assert np.abs(found - expected).max() < 1 / UNIT
            predicted = [predictions[n][member] for _, predictions in given]
            assert np.array_equal(store.predictions[place], predicted)
            history = store.history(FORMULAS[place])
            assert np.array_equal(history.prediction, predicted)
        assert store.history("BaTiO3").symbols == ["O", "Ti", "Ba"]
        assert np.isnan(store.history("BaTiO3").target)
        assert store.compounds["row"].tolist() == [4, 0, 7, 2, 9]
        assert store.compounds["target"].tolist()[:2] == [1.0, 2.0]
        for group in store.groups():
            expected = np.stack([weights[group.count] for weights, _ in given], axis=1)
            parts = [group.attention(slice(None), rows) for rows in group.blocks()]
            read = np.concatenate(parts)
            assert np.abs(read - expected).max() < 1 / UNIT
            assert np.array_equal(group.attention(3), read[:, 3])
            assert [ELEMENTS[place] for place in group.places] == group.elements.tolist()


def test_a_formula_is_found_in_any_spelling(filled):
    path, _ = filled
    with AttentionStore(path) as store:
        assert [store.place(f) for f in ("TiO2", "O4Ti2", "Ti3O6", "ClNa", "TiBaO3")] == [
            0,
            4,
            0,
            3,
            2,
        ]
    assert np.array_equal(attention(path, "Ti3O6"), attention(str(path), "TiO2"))


def test_any_zarr_reader_can_follow_the_layout(filled):
    path, given = filled
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # nothing that the specification of Zarr v3 does not know
        root = zarr.open_group(ZipStore(path), mode="r", zarr_format=3)
        stored = root["n3/attention"]
        assert stored.metadata.dimension_names == (
            "compound", "step", "layer", "head", "query", "key",
        )  # fmt: skip
        assert stored.shape == (1, 10, LAYERS, HEADS, 3, 2)
        weights = stored[0, 4] * root.attrs["unit"]
    assert np.abs(weights - given[4][0][3][0][..., :-1]).max() < 1 / UNIT
    assert root["n2/prediction"].shape == (3, 10)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda w: w[2].__setitem__((1, 0, 2, 1, 0), 0.9),
            "NaCl after 5 batches is no distribution",
        ),
        (lambda w: w[3].__imul__(1 + 2e-5), "attention of BaTiO3 after 5"),
        (lambda w: w[2].__setitem__((0, 0, 0, 0), [1.5, -0.5]), "TiO2 after 5 batches"),
    ],
)
def test_rows_that_do_not_sum_to_one_are_refused(tmp_path, change, message):
    store = by_size(tmp_path / "a.zarr")
    weights, predictions = step(np.random.default_rng(0), {1: 1, 2: 3, 3: 1})
    change(weights)
    with pytest.raises(ValueError, match=message):
        store.append(5, weights, predictions)


def test_what_is_not_finite_is_divergence(tmp_path):
    store = by_size(tmp_path / "a.zarr")
    weights, predictions = step(np.random.default_rng(0), {1: 1, 2: 3, 3: 1})
    weights[2][0, 0, 0, 0, 0] = np.nan
    with pytest.raises(FloatingPointError, match="lower the learning rate"):
        store.append(5, weights, predictions)


def test_a_step_must_follow_the_last_one(tmp_path):
    store, rng = by_size(tmp_path / "a.zarr"), np.random.default_rng(0)
    store.append(5, *step(rng, {1: 1, 2: 3, 3: 1}))
    with pytest.raises(ValueError, match="step 5 does not follow step 5"):
        store.append(5, *step(rng, {1: 1, 2: 3, 3: 1}))


def test_the_row_sum_error_is_that_before_rounding(tmp_path):
    store, rng = by_size(tmp_path / "a.zarr"), np.random.default_rng(0)
    weights, predictions = step(rng, {1: 1, 2: 3, 3: 1})
    weights[2][1, 0, 2, 1, 0] += 5e-6
    store.append(5, weights, predictions)
    assert AttentionStore(tmp_path / "a.zarr").row_sum_error == pytest.approx([5e-6], rel=0.1)


def test_a_restart_cuts_the_store_back_at_once(filled, tmp_path):
    _, given = filled
    store = by_size(tmp_path / "b.zarr")  # the same compounds and origin
    store.folder = tmp_path / "a.zarr"
    assert store.restart(step=15, taken=3)
    with AttentionStore(tmp_path / "a.zarr") as found:
        assert found.steps.tolist() == [5, 10, 15]
        assert found.attention("TiO2").shape[0] == 3
    store.append(20, *given[7])
    with AttentionStore(tmp_path / "a.zarr") as found:
        assert found.steps.tolist() == [5, 10, 15, 20]
        expected = np.stack([given[i][0][3][0] for i in (0, 1, 2, 7)])
        assert np.abs(found.attention("BaTiO3") - expected).max() < 1 / UNIT
    assert not store.restart(step=16, taken=3)
    assert not store.restart(step=30, taken=6)


def test_unknown_formulas_and_files_are_named(filled, tmp_path):
    path, _ = filled
    with pytest.raises(InputError, match="not in the store") as caught:
        attention(path, "BaTi")
    assert "BaTiO3" in str(caught.value)
    with pytest.raises(InputError, match="not in the store"):
        attention(path, "no formula")
    for wrong in (tmp_path / "absent.zip", tmp_path):
        with pytest.raises(InputError, match="no attention store"):
            attention(wrong, "TiO2")
    text = tmp_path / "text.zip"
    text.write_text("no zip")
    with pytest.raises(InputError, match="no attention store"):
        AttentionStore(text)


def test_what_is_missing_or_damaged_does_not_pass_for_weights(filled, tmp_path):
    path, _ = filled
    with zipfile.ZipFile(path) as file:
        entries = {name: file.read(name) for name in file.namelist()}
    for name, formula in (("n3", "BaTiO3"), ("n1", "Fe")):
        with zipfile.ZipFile(path, "w") as file:
            for entry, content in entries.items():
                if not entry.startswith(f"{name}/attention/c/"):
                    file.writestr(entry, content)
        with pytest.raises(InputError, match="numbers that are no weights"):
            attention(path, formula)
    step = np.load(tmp_path / "a.zarr/000000000010.npy")
    step["n3"]["attention"][...] = 3000  # two of three keys: more than 1
    np.save(tmp_path / "a.zarr/000000000010.npy", step)
    with pytest.raises(InputError, match="numbers that are no weights"):
        attention(tmp_path / "a.zarr", "BaTiO3")
    assert attention(tmp_path / "a.zarr", "NaCl").shape == (10, LAYERS, HEADS, 2, 2)


def test_a_chunk_holds_the_whole_history_of_few_compounds(filled, tmp_path, monkeypatch):
    """The same is read, whatever the size of chunks and of what is packed at once."""
    path, _ = filled
    row = 10 * LAYERS * HEADS * 2 * 2  # bytes of a compound of two elements
    monkeypatch.setattr(module, "_CHUNK_BYTES", row)
    for buffer in (row, 2 * row, 100 * row):
        monkeypatch.setattr(module, "_BUFFER_BYTES", buffer)
        small = tmp_path / f"{buffer}.zarr.zip"
        pack(tmp_path / "a.zarr", small)
        with AttentionStore(small) as one, AttentionStore(path) as other:
            for formula in FORMULAS:
                assert np.array_equal(one.attention(formula), other.attention(formula))
            assert np.array_equal(one.predictions, other.predictions)
            chunks = {group.count: group.stored.chunks[:2] for group in one.groups()}
            assert chunks == {1: (1, 10), 2: (1, 10), 3: (1, 10)}
            assert {group.stored.chunks[:2] for group in other.groups()} == {(1, 10), (3, 10)}


def test_summary_counts_the_published_layout_padded(filled):
    path, _ = filled
    summary = summarise(path).iloc[0]
    assert summary["published_bytes"] == 10 * 5 * LAYERS * HEADS * 3 * 3 * 4
    assert summary["share"] == path.stat().st_size / summary["published_bytes"]
    assert (summary["steps"], summary["compounds"]) == (10, 5)
    assert 0 < summary["row_sum_error"] < 1e-6
    assert summary["stored_row_sum_error"] == 0
    assert 0 < summary["read_ms"] < 5000
    assert published_bytes(1, 1, 3, 4, 8) == 4 * 12 * 64


def test_compounds_of_a_part_a_draw_and_a_list():
    choose = lambda **asked: chosen_compounds(TABLE, Attention(**asked), KNOWN)  # noqa: E731
    assert choose()["row"].tolist() == [1, 2, 3]
    assert choose(part="test")["formula"].tolist() == ["LiF"]
    drawn = [tuple(choose(subset=2, seed=seed)["row"]) for seed in range(20)]
    assert drawn == [tuple(choose(subset=2, seed=seed)["row"]) for seed in range(20)]
    assert set(drawn) == {(1, 2), (1, 3), (2, 3)}
    listed = choose(formulas=("LiF", "Ti2O4", "KBr"))
    assert listed["row"].tolist() == [4, 0, -1]
    assert listed["formula"].tolist() == ["LiF", "Ti2O4", "KBr"]
    assert listed["target"].tolist()[:2] == [5.0, 1.0]
    assert np.isnan(listed["target"].iloc[2])
    assert sorted(listed["numbers"].iloc[2]) == [19, 35]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"subset": 4}, "at most 3, the compounds of part val"),
        ({"formulas": ("Ti@2",)}, "unexpected '@'"),
        ({"formulas": ("D2O",)}, "unknown element 'D'"),
        ({"formulas": ("NaCl", "ClNa")}, "one formula a composition: NaCl is the same"),
        ({"formulas": ("UO2",)}, "elements with a vector, unlike U"),
    ],
)
def test_a_choice_that_cannot_be_met_is_refused(asked, message):
    known = KNOWN & (np.arange(104) != 92)
    with pytest.raises(InputError, match=message):
        chosen_compounds(TABLE, Attention(**asked), known)


def test_formulas_and_a_draw_exclude_each_other():
    with pytest.raises(ValueError, match="exclude each other"):
        Attention(formulas=("FeO",), subset=3)
