"""Attention through training: against plain attention of the saved weights; resumed, cut off, damaged."""

import math
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
import zarr
from tests.compositions import PARTS, mean_worth, prepared, random_formulas
from zarr.storage import ZipStore

from matxai.composition.attention.capture import AttentionCapture, captures
from matxai.composition.attention.shown_compounds import (
    ShownCompound,
    compounds_table,
    entry_of_kept_weights,
    weights_table,
)
from matxai.composition.attention.store import AttentionStore, attention
from matxai.composition.attention.writer import pack
from matxai.composition.data.formulas import NUMBER_OF
from matxai.composition.network.crabnet import FractionEncoding
from matxai.composition.network.fitting import task_of, train_on
from matxai.composition.settings.attention import Attention
from matxai.composition.settings.network import CrabNetShape, CrabNetTraining
from matxai.quantities import Quantity

SHAPE = CrabNetShape(width=16, layers=2, heads=4, feedforward=16, head=(8,), dropout=0.1)
VECTORS = torch.cat([torch.zeros(1, 6), torch.randn(103, 6, generator=torch.manual_seed(4))])
TRAIN = CrabNetTraining(
    epochs=6, batch_size=8, learning_rate=0.03, patience=9, checkpoint_every=2, ema_decay=0.8
)
STEPS = 5  # batches in an epoch: 36 compounds to train on
PRECISION = 1 / 4096 + 1e-5


def compounds():
    """Compounds of one to four elements, mixed in every part."""
    formulas = random_formulas([1 + row % 4 for row in range(60)], range(1, 40), most=4, seed=11)
    table = prepared(formulas, part=PARTS * 12)
    return table.assign(target=mean_worth(table, np.arange(104) / 10))


TABLE = compounds()


class Trainings:
    """Runs trainings that differ in what is captured and in what disturbs them."""

    def __init__(self, folder):
        self.folder = folder

    def run(self, name, every=None, settings=TRAIN, table=TABLE, stop=None, look=None, **asked):
        """CrabNetTraining; `stop` raises after so many looks of the observer, `look` is called at each."""
        growing = self.folder / f"{name}.zarr"
        task = task_of("regression", table, settings, "cpu")
        capture = AttentionCapture(
            table, task, Attention(every=every, **asked), settings, SHAPE, growing,
            known=np.arange(104) > 0, origin={"name": "x"},
        )  # fmt: skip
        observe, seen = capture.observe, []

        def watched(network, step):
            observe(network, step)
            seen.append(step)
            if look:
                look(growing)
            if len(seen) == stop:
                raise KeyboardInterrupt

        capture.observe = watched
        fitted = train_on(
            task, VECTORS, SHAPE, settings, seed=1, device="cpu", observer=capture,
            checkpoint=self.folder / f"{name}.pt", fingerprint="f",
        )  # fmt: skip
        path = self.folder / f"{name}.zarr.zip"
        pack(growing, path)
        return SimpleNamespace(path=path, fitted=fitted, seen=seen, growing=growing)


@pytest.fixture(scope="module")
def trainings(tmp_path_factory):
    return Trainings(tmp_path_factory.mktemp("trainings"))


@pytest.fixture(scope="module")
def whole(trainings):
    """Uninterrupted, by the batches between captures."""
    return {every: trainings.run(f"whole{every}", every) for every in (None, 2)}


@pytest.fixture(scope="module")
def states():
    """Averaged weights after every batch, of a training that captures nothing."""
    found = {}

    class Spy:
        every = 1

        def observe(self, network, step):
            found[step] = {name: value.clone() for name, value in network.state_dict().items()}

        def restart(self, step):
            return True

    train_on(task_of("regression", TABLE, TRAIN, "cpu"), VECTORS, SHAPE, TRAIN, seed=1, device="cpu",
             observer=Spy())  # fmt: skip
    return found


@torch.no_grad()
def by_hand(state, row):
    """Attention (layers, heads, n, n) and standardised prediction of one compound alone, in float64."""
    state = {name: value.double() for name, value in state.items()}
    linear = lambda name, x: F.linear(x, state[f"{name}.weight"], state.get(f"{name}.bias"))  # noqa: E731
    norm = lambda name, x: F.layer_norm(x, (16,), state[f"{name}.weight"], state[f"{name}.bias"])  # noqa: E731
    pairs = zip(row["numbers"], row["amounts"], strict=True)
    ordered = sorted(pairs, key=lambda pair: (-pair[1], pair[0]))
    fractions = torch.tensor([amount / sum(row["amounts"]) for _, amount in ordered])
    encoding = FractionEncoding(16)
    encoding.load_state_dict({"scales": state["encode_fraction.scales"]}, strict=False)
    elements = state["vectors"][[number for number, _ in ordered]]
    x = linear("embed", elements) * 2 ** state["embed_scale"] + encoding(fractions).double()
    weights = []
    for layer in ("layers.0", "layers.1"):
        contexts, heads = [], []
        for head in range(4):
            query, key, value = (
                linear(f"{layer}.attention.project", x)[:, 16 * kind + 4 * head :][:, :4]
                for kind in range(3)
            )
            rows = [
                [math.exp(query[i] @ key[j] / math.sqrt(4)) for j in range(len(x))]
                for i in range(len(x))
            ]
            heads.append(torch.tensor([[w / sum(r) for w in r] for r in rows], dtype=x.dtype))
            contexts.append(heads[-1] @ value)
        weights.append(torch.stack(heads))
        x = norm(
            f"{layer}.norm_attention", x + linear(f"{layer}.attention.out", torch.cat(contexts, 1))
        )
        hidden = linear(f"{layer}.contract", linear(f"{layer}.expand", x).relu())
        x = norm(f"{layer}.norm_feedforward", x + hidden)
    x = F.leaky_relu(linear("head.layers.0", x)) + linear("head.skips.0", x)
    value, _, gate = linear("head.out", x).unbind(-1)
    return torch.stack(weights), float((value * gate.sigmoid()).mean())


@pytest.mark.parametrize("every", [None, 2])
def test_attention_and_prediction_are_those_of_the_weights_of_their_step(whole, states, every):
    """Fails for a swapped head, a transposed matrix, a shifted step, padding in a pooled value."""
    train = TABLE.loc[TABLE["part"] == "train", "target"]
    with AttentionStore(whole[every].path) as store:
        assert len(store) == (6 if every is None else 18)
        places = range(len(store.formulas)) if every is None else (0, 5)
        for place in places:
            row = TABLE.loc[store.compounds["row"][place]]
            history = store.history(row["formula"])
            assert history.target == pytest.approx(row["target"])
            weights, values = zip(*(by_hand(states[s], row) for s in store.steps), strict=True)
            expected = torch.stack(weights).numpy()
            assert np.abs(history.attention - expected).max() < PRECISION
            predicted = np.array(values) * train.std() + train.mean()
            assert np.allclose(history.prediction, predicted, rtol=1e-4, atol=1e-4)
            if len(row["numbers"]) == 4 and every is None:  # the comparison tells these apart
                assert (
                    np.abs(np.diff(expected, axis=0)).max(axis=(1, 2, 3, 4)).min() > 5 * PRECISION
                )
                for other in (
                    expected.swapaxes(-1, -2),
                    expected[:, :, [1, 0, 2, 3]],
                    expected[:, ::-1],
                ):
                    assert np.abs(other - expected).max() > 5 * PRECISION
                assert np.abs(np.diff(predicted)).min() > 1e-3


def test_the_axes_are_those_of_the_elements(whole):
    with AttentionStore(whole[None].path) as store:
        for formula in store.formulas:
            history = store.history(formula)
            row = TABLE[TABLE["formula"] == formula].iloc[0]
            shares = dict(zip(row["numbers"], row["amounts"], strict=True))
            expected = [
                shares[NUMBER_OF[symbol]] / sum(row["amounts"]) for symbol in history.symbols
            ]
            assert history.fractions == pytest.approx(expected)
            assert sorted(expected, reverse=True) == expected
            assert history.attention.shape[2:] == (4, len(shares), len(shares))


def test_stored_predictions_have_the_error_of_the_history(whole):
    with AttentionStore(whole[None].path) as store:
        error = np.abs(store.predictions - store.compounds["target"].to_numpy()[:, None]).mean(
            axis=0
        )
    assert np.allclose(error, whole[None].fitted.history["val_error"], rtol=1e-5)


@pytest.mark.parametrize(("every", "ema"), [(None, 0.8), (3, 0.8), (3, 0.0)])
def test_the_training_is_the_same_with_and_without_capture(trainings, every, ema):
    settings = TRAIN.model_copy(update={"epochs": 3, "ema_decay": ema})
    found = trainings.run(f"same{every}{ema}", every, settings).fitted
    task = task_of("regression", TABLE, settings, "cpu")
    bare = train_on(task, VECTORS, SHAPE, settings, seed=1, device="cpu")
    assert found.history.equals(bare.history)
    assert all(torch.equal(found.state[name], value) for name, value in bare.state.items())


@pytest.mark.parametrize(
    ("every", "stop"), [(None, 1), (None, 3), (None, 6), (2, 4), (2, 10), (2, 16)]
)
def test_resumed_history_equals_the_uninterrupted_one(trainings, whole, every, stop):
    name = f"stopped{every}{stop}"
    with pytest.raises(KeyboardInterrupt):
        trainings.run(name, every, stop=stop)
    with AttentionStore(trainings.folder / f"{name}.zarr") as store:
        assert len(store) == stop  # ahead of the checkpoint
        last = store.steps[-1]
    resumed = trainings.run(name, every)
    assert resumed.path.read_bytes() == whole[every].path.read_bytes()
    checkpoint = (last - 1) // STEPS // 2 * 2 * STEPS  # the last even epoch that was completed
    assert resumed.seen[0] == checkpoint + (every or STEPS)
    with AttentionStore(resumed.path) as one, AttentionStore(whole[every].path) as other:
        assert np.array_equal(one.steps, other.steps)
        assert np.array_equal(one.predictions, other.predictions)
        for formula in one.formulas:
            assert one.attention(formula).tobytes() == other.attention(formula).tobytes()


@pytest.mark.parametrize(
    "damage", ["gone", "step gone", "step cut", "compounds gone", "of other compounds"]
)
def test_a_store_that_does_not_fit_its_checkpoint_starts_the_training_anew(
    trainings, whole, capsys, damage
):
    name = f"damaged {damage}"
    with pytest.raises(KeyboardInterrupt):
        trainings.run(name, stop=5)
    growing = trainings.folder / f"{name}.zarr"
    second = sorted(growing.glob("*.npy"))[1]
    if damage == "gone":
        shutil.rmtree(growing)
    elif damage == "step gone":
        second.unlink()
    elif damage == "step cut":
        second.write_bytes(second.read_bytes()[:-9])
    elif damage == "compounds gone":
        (growing / "compounds.zarr.zip").unlink()
    else:
        other = TABLE.assign(formula=TABLE["formula"].str.replace("1", ""))
        AttentionCapture(
            other, task_of("regression", other, TRAIN, "cpu"), Attention(), TRAIN, SHAPE, growing,
            known=np.arange(104) > 0, origin={"name": "x"},
        ).restart(0)  # fmt: skip
    run = trainings.run(name)
    assert "is not whole: training starts anew" in capsys.readouterr().out
    assert len(run.seen) == 6
    assert run.path.read_bytes() == whole[None].path.read_bytes()


def test_a_reader_of_the_growing_store_sees_whole_steps(trainings, whole):
    formula = TABLE.loc[
        (TABLE["part"] == "val") & (TABLE["numbers"].str.len() == 4), "formula"
    ].iloc[0]
    complete, lengths = attention(whole[2].path, formula), []

    def look(growing):
        with AttentionStore(growing) as store:
            lengths.append(len(store))
            assert np.array_equal(store.attention(formula), complete[: len(store)])
            assert store.predictions.shape == (12, len(store))
            assert np.isfinite(store.predictions).all()

    trainings.run("watched", 2, look=look)
    assert lengths == list(range(1, 19))


def test_a_writer_that_fails_in_a_step_shows_no_half_step(trainings, monkeypatch):
    """A full disk: the step whose file is not complete is not there, those before are."""
    real, growing = Path.write_bytes, trainings.folder / "full.zarr"

    def full(self, content):
        if self.name == "000000000015.npy":
            real(self, content[:99])
            raise OSError(28, "No space left on device")
        return real(self, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        trainings.run("full")
    monkeypatch.undo()
    with AttentionStore(growing) as store:
        assert store.steps.tolist() == [5, 10]
        assert np.isfinite(store.predictions).all()


def test_a_training_that_stops_early_leaves_no_room_for_steps_that_never_came(trainings):
    settings = TRAIN.model_copy(update={"patience": 1, "learning_rate": 1e-9, "epochs": 50})
    run = trainings.run("early", settings=settings)
    taken = len(run.fitted.history)
    assert taken < 30
    root = zarr.open_group(ZipStore(run.path), mode="r")
    assert root["step"].shape == (taken,)
    assert root["n2/attention"].shape[:2] == (3, taken)
    assert root["n2/prediction"].shape == (3, taken)
    assert not np.isnan(root["n2/prediction"][:]).any()


def test_a_subset_and_a_list_have_a_pass_of_their_own(trainings, whole):
    drawn = trainings.run("drawn", subset=4, seed=3)
    with AttentionStore(drawn.path) as store, AttentionStore(whole[None].path) as all_of_it:
        assert len(store.formulas) == 4
        for formula in store.formulas:
            assert np.abs(store.attention(formula) - all_of_it.attention(formula)).max() < PRECISION
            found, expected = (s.history(formula).prediction for s in (store, all_of_it))
            assert np.allclose(found, expected, rtol=1e-4)
    listed = trainings.run("listed", formulas=("FeO", "Li2O"), every=10)
    with AttentionStore(listed.path) as store:
        assert store.formulas == ["FeO", "Li2O"]
        assert math.isnan(store.history("FeO").target)
        assert store.attention("FeO").shape == (6, 2, 4, 2, 2)
        assert store.steps.tolist() == [5, 10, 15, 20, 25, 30]


@pytest.mark.parametrize("every", [None, 2, 3, 5, 7, 31])
def test_captures_are_counted_as_they_are_taken(every):
    for steps in range(0, 35, STEPS):
        taken = [s for s in range(1, steps + 1) if s % STEPS == 0 or (every and s % every == 0)]
        assert captures(steps, STEPS, every) == len(taken)


@pytest.mark.parametrize("every", [2, 7, 31])
def test_what_is_shown_as_kept_is_of_the_weights_that_are_kept(trainings, every):
    run = trainings.run(f"kept{every}", every, TRAIN.model_copy(update={"epochs": 4}))
    assert (run.fitted.best_epoch + 1) * STEPS % every  # an end that no multiple of `every` is
    with AttentionStore(run.path) as store:
        kept = entry_of_kept_weights(store, run.fitted.history)
        assert store.epochs[kept] == run.fitted.best_epoch + 1
        row = TABLE.loc[store.compounds["row"][5]]
        view = ShownCompound.read(store, row["formula"], Quantity("x"), "x", kept)
    weights, value = by_hand(run.fitted.state, row)
    train = TABLE.loc[TABLE["part"] == "train", "target"]
    shown = compounds_table([view], ["a"])["prediction"][0]
    assert shown == pytest.approx(value * train.std() + train.mean(), rel=1e-4)
    table = weights_table(view.history, kept)["weight"].to_numpy()
    assert np.abs(table - weights.numpy().ravel()).max() < PRECISION
