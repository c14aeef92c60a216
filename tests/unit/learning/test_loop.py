"""The shared training loop: it learns, stops, keeps the best state, and resumes to the same result."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from matxai.learning.loop import AVERAGE_EVERY, fit
from matxai.learning.recipe import SGD, AdamW, ExponentialDecay, OneCycle, Recipe

RECIPE = Recipe(
    epochs=6,
    optimizer=AdamW(learning_rate=0.02, weight_decay=0.01),
    schedule=OneCycle(warmup=0.3),
    patience=99,
    checkpoint_every=2,
    ema_decay=0.9,
)
PLAIN = replace(
    RECIPE, optimizer=SGD(0.05, 0.01, 0.9), schedule=ExponentialDecay(0.8), ema_decay=0.0
)


class Line:
    """Least squares of a line, with shuffled batches."""

    steps = 8

    def __init__(self):
        generator = torch.Generator().manual_seed(1)
        self.x = torch.randn(64, 3, generator=generator)
        self.y = self.x @ torch.tensor([1.0, -2.0, 0.5])
        self.epochs_run = 0

    def batches(self):
        self.epochs_run += 1
        return iter(torch.randperm(64).split(8))

    def loss(self, network, rows):
        return (network(self.x[rows])[:, 0] - self.y[rows]).square().mean()

    @torch.no_grad()
    def validate(self, network):
        return float((network(self.x)[:, 0] - self.y).abs().mean())


def network():
    torch.manual_seed(3)
    return nn.Sequential(nn.Linear(3, 16), nn.Tanh(), nn.Dropout(0.1), nn.Linear(16, 1))


def recipe(**changes):
    return replace(RECIPE, **changes)


def test_it_learns():
    fitted = fit(network(), Line(), recipe(epochs=40), seed=0)
    errors = fitted.history["val_error"]
    assert errors.iloc[-1] < 0.3 * errors.iloc[0]


def test_learning_rate_rises_and_falls_in_one_cycle():
    rates = [OneCycle(0.3).factor(step, 20, 5) for step in range(101)]
    assert max(rates) == pytest.approx(1) == rates[30]
    assert rates[:31] == sorted(rates[:31])
    assert rates[30:] == sorted(rates[30:], reverse=True)
    assert rates[0] == pytest.approx(1 / 25)
    assert math.isfinite(OneCycle(0.0).factor(0, 20, 5))


def test_learning_rate_decays_after_each_epoch():
    fitted = fit(network(), Line(), replace(PLAIN, epochs=3), seed=0)
    np.testing.assert_allclose(fitted.history["learning_rate"], [0.05, 0.04, 0.032])


def test_sgd_follows_its_formula():
    """Momentum and weight decay by hand, in float64 and without dropout; biases are not decayed."""
    torch.manual_seed(3)
    net, gradients = nn.Linear(3, 1).double(), []
    weight, bias = (p.detach().clone() for p in net.parameters())

    class Spy(Line):
        def loss(self, network, rows):
            x, y = self.x[rows].double(), self.y[rows].double()
            error = network(x)[:, 0] - y
            gradients.append(((2 * error[:, None] * x).mean(0).detach(), 2 * error.mean().detach()))
            return error.square().mean()

        def validate(self, network):
            return 1.0

    fit(net, Spy(), replace(PLAIN, epochs=2), seed=0)
    velocity, drift = torch.zeros(3, dtype=torch.float64), 0.0
    for step, (by_weight, by_bias) in enumerate(gradients):
        rate = 0.05 * 0.8 ** (step // 8)
        velocity = 0.9 * velocity + by_weight + 0.01 * weight[0]
        drift = 0.9 * drift + by_bias
        weight, bias = weight - rate * velocity, bias - rate * drift
    assert torch.allclose(net.weight, weight, atol=1e-12)
    assert torch.allclose(net.bias, bias, atol=1e-12)


def test_the_kept_state_is_that_of_the_lowest_error():
    task, net = Line(), network()
    fitted = fit(net, task, recipe(epochs=12), seed=0)
    other = network()
    other.load_state_dict(fitted.state)
    best = fitted.history["val_error"].min()
    assert task.validate(other.eval()) == pytest.approx(best)
    assert fitted.history["val_error"].idxmin() == fitted.best_epoch


def test_it_stops_when_patience_ends():
    class Worsening(Line):
        def validate(self, network):
            return float(self.epochs_run)

    fitted = fit(network(), Worsening(), recipe(epochs=50, patience=3), seed=0)
    assert len(fitted.history) == 4
    assert fitted.best_epoch == 0


def test_averaging_follows_its_formula():
    net, values = network(), []
    task = Line()
    fit_one = recipe(epochs=1, ema_decay=0.5, schedule=OneCycle(0.0))

    class Spy(Line):
        def loss(self, network, rows):
            values.append([p.detach().clone() for p in network.parameters()])
            return super().loss(network, rows)

    fitted = fit(net, Spy(), fit_one, seed=0)
    # The average copies the weights at its first update, then moves towards them.
    after = [*values[1:], [p.detach() for p in net.parameters()]]
    seen = after[AVERAGE_EVERY - 1 :: AVERAGE_EVERY]
    decay = min(0.5**AVERAGE_EVERY, (1 + 1) / (10 + 1))
    expected = [decay * a + (1 - decay) * b for a, b in zip(*seen, strict=True)]
    for name, value in zip(dict(net.named_parameters()), expected, strict=True):
        assert torch.allclose(fitted.state[name], value, atol=1e-6)
    assert task.steps == 2 * AVERAGE_EVERY


def test_same_seed_same_result_other_seed_other():
    runs = [fit(network(), Line(), RECIPE, seed=seed) for seed in (0, 0, 1)]
    assert runs[0].history.equals(runs[1].history)
    assert not runs[0].history.equals(runs[2].history)


@pytest.mark.parametrize("recipe", [RECIPE, PLAIN], ids=["adamw", "sgd"])
@pytest.mark.parametrize("stop_after", [2, 3, 5])
def test_resumed_equals_uninterrupted(tmp_path, stop_after, recipe):
    class Killed(Line):
        def batches(self):
            if self.epochs_run == stop_after:
                raise KeyboardInterrupt
            return super().batches()

    checkpoint = tmp_path / "checkpoint.pt"
    with pytest.raises(KeyboardInterrupt):
        fit(network(), Killed(), recipe, seed=0, checkpoint=checkpoint, fingerprint="a")
    task = Line()
    resumed = fit(network(), task, recipe, seed=0, checkpoint=checkpoint, fingerprint="a")
    whole = fit(network(), Line(), recipe, seed=0)
    assert task.epochs_run == recipe.epochs - stop_after // 2 * 2
    assert resumed.history.equals(whole.history)
    assert all(torch.equal(resumed.state[name], value) for name, value in whole.state.items())


def test_a_checkpoint_of_other_settings_is_not_used(tmp_path, capsys):
    checkpoint = tmp_path / "checkpoint.pt"
    fit(network(), Line(), RECIPE, seed=0, checkpoint=checkpoint, fingerprint="a")
    task = Line()
    fit(network(), task, RECIPE, seed=0, checkpoint=checkpoint, fingerprint="b")
    assert task.epochs_run == RECIPE.epochs
    assert "belongs to other data, settings or code" in capsys.readouterr().out


def test_a_damaged_checkpoint_is_named_and_not_used(tmp_path, capsys):
    checkpoint = tmp_path / "checkpoint.pt"
    fit(network(), Line(), RECIPE, seed=0, checkpoint=checkpoint, fingerprint="a")
    checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
    fitted = fit(network(), Line(), RECIPE, seed=0, checkpoint=checkpoint, fingerprint="a")
    assert fitted.history.equals(fit(network(), Line(), RECIPE, seed=0).history)
    assert f"checkpoint {checkpoint} cannot be read" in capsys.readouterr().out


def test_progress_names_the_training_and_estimates_late(monkeypatch, capsys):
    now = 0.0

    class Slow(Line):
        def validate(self, network):
            nonlocal now
            now += 5.0
            return super().validate(network)

    monkeypatch.setattr("matxai.learning.loop.time.monotonic", lambda: now)
    fit(network(), Slow(), recipe(epochs=5), seed=0, label="crabnet/hardness")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines] == [
        f"crabnet/hardness epoch {number}/5" for number in range(1, 6)
    ]
    assert ["left" in line for line in lines] == [False, False, True, True, False]
    assert lines[2].endswith("5.00 s per epoch, at most 10 s left")


def test_divergence_is_an_error():
    class Diverging(Line):
        def validate(self, network):
            return math.nan

    with pytest.raises(FloatingPointError, match="lower the learning rate"):
        fit(network(), Diverging(), RECIPE, seed=0)


def test_bfloat16_is_for_gpus_that_can(monkeypatch):
    def dtypes(mixed):
        seen = []

        class Watched(Line):
            def loss(self, network, rows):
                seen.append(network(self.x[rows]).dtype)
                return super().loss(network, rows)

        fit(network(), Watched(), recipe(epochs=1, mixed_precision=mixed), seed=0)
        return set(seen)

    assert dtypes(mixed=True) == {torch.float32}  # the CPU
    real = torch.autocast
    asked = []

    def on_a_gpu(device, dtype, enabled):
        asked.append(enabled)
        return real("cpu", dtype=dtype)

    monkeypatch.setattr(torch, "autocast", on_a_gpu)
    assert dtypes(mixed=True) == {torch.bfloat16}
    assert not any(asked)


def test_a_checkpoint_older_than_ten_minutes_is_renewed(monkeypatch, tmp_path):
    path = tmp_path / "checkpoint.pt"
    clock = iter(range(0, 10**6, 700))
    monkeypatch.setattr("matxai.learning.loop.time.monotonic", lambda: next(clock))
    fit(network(), Line(), recipe(epochs=1, checkpoint_every=50), seed=0, checkpoint=path)
    assert path.exists()


def test_a_checkpoint_that_cannot_be_written_leaves_the_last_one(monkeypatch, tmp_path):
    path = tmp_path / "checkpoint.pt"
    fit(network(), Line(), recipe(epochs=2), seed=0, checkpoint=path)
    before = path.read_bytes()

    def full(state, file):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(OSError, match="No space"):
        fit(network(), Line(), recipe(epochs=4), seed=0, checkpoint=path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


class Diary:
    """An observer that writes down what it is asked."""

    def __init__(self, every=None, whole=True):
        self.every, self.whole, self.notes = every, whole, []

    def observe(self, network, step):
        assert not network.training
        self.notes.append(step)

    def restart(self, step):
        self.notes.append(("restart", step))
        return self.whole or step == 0


def test_an_observer_looks_after_epochs_and_batches_and_changes_nothing(tmp_path):
    bare = fit(network(), Line(), recipe(epochs=3), seed=0)
    for every, looks in ((None, [8, 16, 24]), (5, [5, 8, 10, 15, 16, 20, 24])):
        diary, path = Diary(every), tmp_path / f"{every}.pt"
        found = fit(network(), Line(), recipe(epochs=3), seed=0, observer=diary, checkpoint=path)
        assert diary.notes == [("restart", 0), *looks]
        assert found.history.equals(bare.history)
        assert all(torch.equal(found.state[name], value) for name, value in bare.state.items())


def test_an_observer_goes_back_to_the_checkpoint_or_the_training_starts_anew(tmp_path, capsys):
    path = tmp_path / "checkpoint.pt"
    fit(network(), Line(), recipe(epochs=4), seed=0, checkpoint=path, observer=Diary())
    diary = Diary()
    fit(network(), Line(), recipe(epochs=6), seed=0, checkpoint=path, observer=diary)
    assert diary.notes[:2] == [("restart", 32), 40]
    task, diary = Line(), Diary(whole=False)
    fitted = fit(network(), task, recipe(epochs=6), seed=0, checkpoint=path, observer=diary)
    assert diary.notes[:3] == [("restart", 48), ("restart", 0), 8]
    assert task.epochs_run == 6
    assert "not whole: training starts anew" in capsys.readouterr().out
    assert fitted.history.equals(fit(network(), Line(), RECIPE, seed=0).history)
