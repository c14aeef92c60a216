"""The training loop that every line shares.

It keeps the state with the lowest validation error, averages the weights exponentially where the recipe
says so, stops early, and goes on from a checkpoint to the same result: all randomness of an epoch is
seeded by (seed, epoch), so that a checkpoint needs no random state.
"""

import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.swa_utils import AveragedModel

from matxai.learning.recipe import AdamW, Recipe
from matxai.learning.tasks import Observer, Task
from matxai.run.progress import duration, report

# Steps between updates of the averaged weights: a pass over them costs some 2 % of a step.
AVERAGE_EVERY = 4
# Where epochs are long, checkpoints do not wait for their turn: a cluster ends jobs at their time.
CHECKPOINT_SECONDS = 600
# Epochs before the time left is estimated: the first ones are slower than the rest.
ESTIMATE_AFTER = 3


@dataclass(frozen=True)
class FitResult:
    """Weights and buffers with the lowest validation error, on the CPU, and how they were reached.

    ``best_epoch`` counts from 0. The history has one row per epoch with the columns epoch (counted from
    1), train_loss, val_error, learning_rate (of its last step) and best (whether its state was the best
    so far).
    """

    state: dict[str, Tensor]
    best_epoch: int
    history: pd.DataFrame


def fit(
    network: nn.Module,
    task: Task,
    recipe: Recipe,
    *,
    seed: int,
    label: str = "training",
    checkpoint: Path | None = None,
    fingerprint: str = "",
    observer: Observer | None = None,
) -> FitResult:
    """Train ``network`` in place; go on from a checkpoint if there is one of this training.

    The network lies on its device with its first weights; the seed is that of all later randomness. The
    label begins the progress lines. The checkpoint is written every ``recipe.checkpoint_every`` epochs,
    and when the last one is older than ten minutes. One with another fingerprint, which stands for
    everything that the result depends on (data, settings, code), is not used.

    Raises:
        FloatingPointError: Loss or validation error are no longer finite.
    """
    training = Training(network, recipe, seed, observer)
    resumed = checkpoint is not None and training.resume(checkpoint, fingerprint, task.steps)
    if observer is not None and not resumed:
        observer.restart(0)
    saved = start = time.monotonic()
    first = training.epoch
    while not training.finished:
        training.train_epoch(task)
        report(f"{label} {training.progress(time.monotonic() - start, first)}")
        due = time.monotonic() - saved > CHECKPOINT_SECONDS
        if checkpoint is not None and (due or training.epoch % recipe.checkpoint_every == 0):
            training.save(checkpoint, fingerprint)
            saved = time.monotonic()
    return FitResult(training.best_state, training.best_epoch, pd.DataFrame(training.history))


def optimizer_of(network: nn.Module, recipe: Recipe) -> Optimizer:
    """Make the optimiser of a recipe; biases, scales and norms are not decayed."""
    parameters = [p for p in network.parameters() if p.requires_grad]
    # Shrinking these is no regularisation.
    plain = {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0}
    groups: list[dict[str, Any]] = [{"params": [p for p in parameters if p.ndim > 1]}, plain]
    chosen = recipe.optimizer
    common: Any = {"lr": chosen.learning_rate, "weight_decay": chosen.weight_decay, "fused": True}
    if isinstance(chosen, AdamW):
        return torch.optim.AdamW(groups, **common)
    return torch.optim.SGD(groups, momentum=chosen.momentum, **common)


class Training:
    """State of one training: what a checkpoint holds and what an epoch does to it."""

    def __init__(
        self, network: nn.Module, recipe: Recipe, seed: int, observer: Observer | None = None
    ) -> None:
        self.network, self.recipe, self.seed, self.observer = network, recipe, seed, observer
        self.optimizer = optimizer_of(network, recipe)
        averaged = recipe.ema_decay > 0
        self.average = AveragedModel(network, multi_avg_fn=self._average) if averaged else None
        self.epoch = 0
        self.best_epoch, self.best_error = -1, math.inf
        self.best_state: dict[str, Tensor] = {}
        self.history: list[dict[str, float]] = []

    @property
    def device(self) -> torch.device:
        """Where the network lies."""
        return next(self.network.parameters()).device

    @property
    def evaluated(self) -> nn.Module:
        """The network whose error counts: the averaged one, if there is one."""
        return self.network if self.average is None else self.average.module

    @property
    def finished(self) -> bool:
        """Whether all epochs have run, or too many without a better validation error."""
        waited = self.epoch - 1 - self.best_epoch
        return self.epoch >= self.recipe.epochs or waited >= self.recipe.patience

    def train_epoch(self, task: Task) -> None:
        """Run one epoch, validate, and keep the state if it is the best."""
        torch.manual_seed(self.seed * 1_000_003 + self.epoch)
        self.network.train()
        total = torch.zeros((), device=self.device)
        done, rate = self.epoch * task.steps, 0.0
        every = self.observer.every if self.observer is not None else None
        for step, batch in enumerate(task.batches(), start=done + 1):
            factor = self.recipe.schedule.factor(step, task.steps, self.recipe.epochs)
            rate = self.recipe.optimizer.learning_rate * factor
            total += self._step(task, batch, rate)
            if self.average is not None and step % AVERAGE_EVERY == 0:
                self.average.update_parameters(self.network)
            if every and step % every == 0 and step % task.steps:
                self._look(step)
                self.network.train()
        self.evaluated.eval()
        error = task.validate(self.evaluated)
        if not math.isfinite(error) or not math.isfinite(float(total)):
            raise FloatingPointError(
                f"training diverged in epoch {self.epoch + 1} (loss {float(total)}, validation error "
                f"{error}): lower the learning rate, now {self.recipe.optimizer.learning_rate}"
            )
        self._look(done + task.steps)
        if better := error < self.best_error:
            self.best_error, self.best_epoch = error, self.epoch
            state = self.evaluated.state_dict()
            self.best_state = {k: value.detach().to("cpu", copy=True) for k, value in state.items()}
        self.epoch += 1
        row = {"epoch": self.epoch, "train_loss": float(total) / task.steps, "val_error": error}
        self.history.append({**row, "learning_rate": rate, "best": better})

    def progress(self, elapsed: float, first: int) -> str:
        """Describe the last epoch in a line; ``elapsed`` seconds have passed since epoch ``first``."""
        row, count = self.history[-1], self.epoch - first
        line = (
            f"epoch {self.epoch}/{self.recipe.epochs}, loss {row['train_loss']:.4f}, validation error "
            f"{row['val_error']:.5g} (best {self.best_error:.5g} in epoch {self.best_epoch + 1}), "
            f"{elapsed / count:.2f} s per epoch"
        )
        if self.finished or count < ESTIMATE_AFTER:
            return line
        left = elapsed / count * (self.recipe.epochs - self.epoch)
        return f"{line}, at most {duration(left)} left"  # it may stop early

    def save(self, path: Path, fingerprint: str) -> None:
        """Write a checkpoint, then put it in place: a reader never sees half of one."""
        state = {
            "fingerprint": fingerprint,
            "epoch": self.epoch,
            "network": self.network.state_dict(),
            "average": None if self.average is None else self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "best": (self.best_epoch, self.best_error, self.best_state),
            "history": self.history,
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".partial-{path.name}")
        try:
            # Opened here: torch, where it opens a file itself, hides that the disk is full.
            with partial.open("wb") as file:
                torch.save(state, file)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)

    def resume(self, path: Path, fingerprint: str, epoch_steps: int) -> bool:
        """Take over a checkpoint; a printed line says why when there is one that cannot be used."""
        if not path.is_file():
            return False
        problem = None
        try:
            state = torch.load(path, map_location=self.device, weights_only=True)
            if state["fingerprint"] != fingerprint:
                problem = f"checkpoint {path} belongs to other data, settings or code"
        except Exception as error:  # noqa: BLE001 - any damage to the file ends here, whatever torch calls it
            problem = f"checkpoint {path} cannot be read ({error})"
        if problem is None and self.observer is not None:
            whole = self.observer.restart(state["epoch"] * epoch_steps)
            problem = None if whole else f"what was observed up to {path} is not whole"
        if problem is not None:
            print(f"{problem}: training starts anew", flush=True)
            return False
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.average is not None:
            self.average.load_state_dict(state["average"])
        self.epoch, self.history = state["epoch"], state["history"]
        self.best_epoch, self.best_error, best = state["best"]
        self.best_state = {name: value.cpu() for name, value in best.items()}
        print(f"resumed from {path} after epoch {self.epoch}", flush=True)
        return True

    def _step(self, task: Task, batch: Any, rate: float) -> Tensor:
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        bfloat16 = self.recipe.mixed_precision and self.device.type == "cuda"
        bfloat16 = bfloat16 and torch.cuda.is_bf16_supported()
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=bfloat16):
            loss = task.loss(self.network, batch)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss.detach()

    def _look(self, step: int) -> None:
        if self.observer is not None:
            self.observer.observe(self.evaluated.eval(), step)

    def _average(self, averages: Any, values: Any, updates: Any) -> None:
        # Early on the average forgets faster, or the random start would weigh for epochs.
        count = int(updates)
        decay = min(self.recipe.ema_decay**AVERAGE_EVERY, (1 + count) / (10 + count))
        torch._foreach_lerp_(averages, values, 1 - decay)
