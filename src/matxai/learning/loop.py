"""The training loop that every line shares: AdamW, one learning-rate cycle, averaged weights.

AdamW (Loshchilov & Hutter 2019), one cosine cycle of the learning rate (Smith & Topin 2019), an
exponential moving average of the weights as the state that is validated and kept, early stopping,
and a checkpoint from which an interrupted run goes on to the same result: all randomness of an
epoch is seeded by (seed, epoch), so a checkpoint needs no random state.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from matxai.learning.observer import Observer
from matxai.run.progress import duration

# Steps between updates of the averaged weights: a pass over them costs some 2 % of a step.
AVERAGE_EVERY = 4
# Where epochs are long, checkpoints do not wait for the tenth: a cluster ends jobs at their time.
CHECKPOINT_SECONDS = 600
_START, _END = 1 / 25, 1e-4  # learning rate at both ends of the cycle, relative to its peak


class Task(Protocol):
    """What a line brings: batches of an epoch (random), the loss of one, the validation error."""

    @property
    def steps(self) -> int:
        """Batches in an epoch."""

    def batches(self) -> Iterator[Any]:
        """The batches of one epoch, shuffled with torch's global generator."""

    def loss(self, network: nn.Module, batch: Any) -> Tensor:
        """Scalar to be minimised."""

    def validate(self, network: nn.Module) -> float:
        """Error on the validation part, in the unit of the target; the lowest state is kept."""


class Shuffled:
    """Rows in random batches, each once an epoch: what the tasks of all lines have in common."""

    def __init__(self, size: int, batch_size: int, device: torch.device | None = None) -> None:
        self.size, self.batch_size, self.device = size, batch_size, device

    @property
    def steps(self) -> int:
        return math.ceil(self.size / self.batch_size)

    def batches(self) -> Iterator[Any]:
        """Row numbers (batch,); a task may make more of them."""
        yield from torch.randperm(self.size, device=self.device).split(self.batch_size)


@dataclass(frozen=True)
class Recipe:
    """Numbers of the optimisation; ``warmup`` is the share of steps in which the rate rises.

    ``mixed_precision`` computes matrix products of the loss in bfloat16 on a GPU that can; weights,
    their updates and the validation stay in float32.
    """

    epochs: int
    learning_rate: float
    weight_decay: float
    ema_decay: float
    warmup: float
    patience: int
    checkpoint_every: int
    mixed_precision: bool = False


@dataclass(frozen=True)
class Fitted:
    """The best state (by validation error), its epoch, and one row an epoch of ``history``."""

    state: dict[str, Tensor]
    best_epoch: int
    history: pd.DataFrame


def cycle(progress: float, warmup: float) -> float:
    """Learning rate relative to its peak after a share ``progress`` of all steps."""
    if progress < warmup:
        share, low = progress / warmup, _START
    else:
        share, low = (1 - progress) / (1 - warmup), _END
    return low + (1 - low) * (1 - math.cos(math.pi * share)) / 2


def fit(
    network: nn.Module,
    task: Task,
    recipe: Recipe,
    *,
    seed: int,
    checkpoint: Path | None = None,
    fingerprint: str = "",
    observer: Observer | None = None,
) -> Fitted:
    """Train ``network`` in place; resume from ``checkpoint`` if it is of the same ``fingerprint``.

    The fingerprint stands for everything that the result depends on (data, settings, code). A
    checkpoint is written every ``checkpoint_every`` epochs, and when the last one is older than
    ten minutes; when it is written changes nothing in the result, nor in what ``observer`` saw.
    """
    run = _Run(network, recipe, seed, observer)
    resumed = checkpoint is not None and run.resume(checkpoint, fingerprint, task.steps)
    if observer is not None and not resumed:
        observer.restart(0)
    start, first = time.monotonic(), run.epoch
    saved = start
    while not run.finished:
        run.train_epoch(task)
        run.report(time.monotonic() - start, first)
        due = time.monotonic() - saved > CHECKPOINT_SECONDS
        if checkpoint is not None and (due or run.epoch % recipe.checkpoint_every == 0):
            run.save(checkpoint, fingerprint)
            saved = time.monotonic()
    if observer is not None:
        observer.flush()
    return Fitted(run.best_state, run.best_epoch, pd.DataFrame(run.history))


class _Run:
    """State of one training: what a checkpoint holds and what an epoch does to it."""

    def __init__(
        self, network: nn.Module, recipe: Recipe, seed: int, observer: Observer | None = None
    ) -> None:
        self.network, self.recipe, self.seed = network, recipe, seed
        self.observer = observer
        parameters = [p for p in network.parameters() if p.requires_grad]
        # Biases, scales and norms are not decayed: shrinking them is no regularisation.
        groups: list[dict[str, Any]] = [
            {"params": [p for p in parameters if p.ndim > 1]},
            {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(
            groups,
            lr=recipe.learning_rate,
            weight_decay=recipe.weight_decay,
            fused=True,
        )
        self.average = (
            AveragedModel(network, multi_avg_fn=self._average) if recipe.ema_decay else None
        )
        self.epoch = 0
        self.best_epoch, self.best_error = -1, math.inf
        self.best_state: dict[str, Tensor] = {}
        self.history: list[dict[str, float]] = []

    @property
    def evaluated(self) -> nn.Module:
        """The network whose error counts: the averaged one, if there is one."""
        return self.network if self.average is None else self.average.module

    @property
    def finished(self) -> bool:
        exhausted = self.epoch - 1 - self.best_epoch >= self.recipe.patience and self.epoch > 0
        return self.epoch >= self.recipe.epochs or exhausted

    def look(self, step: int) -> None:
        """Show the network to the observer, if there is one."""
        if self.observer is not None:
            self.observer.observe(self.evaluated.eval(), step)

    def autocast(self) -> torch.autocast:
        """The precision that a loss is computed in."""
        device = next(self.network.parameters()).device.type
        able = device == "cuda" and torch.cuda.is_bf16_supported()
        wanted = self.recipe.mixed_precision and able
        return torch.autocast(device, dtype=torch.bfloat16, enabled=wanted)

    def _average(self, averages: Any, values: Any, updates: Any) -> None:
        # Early on the average forgets faster, or the random start would weigh for epochs.
        count = int(updates)
        decay = min(self.recipe.ema_decay**AVERAGE_EVERY, (1 + count) / (10 + count))
        torch._foreach_lerp_(averages, values, 1 - decay)

    def train_epoch(self, task: Task) -> None:
        torch.manual_seed(self.seed * 1_000_003 + self.epoch)
        self.network.train()
        total = torch.zeros((), device=next(self.network.parameters()).device)
        done, all_steps = self.epoch * task.steps, self.recipe.epochs * task.steps
        rate = self.recipe.learning_rate
        every = self.observer.every if self.observer is not None else None
        for step, batch in enumerate(task.batches(), start=done + 1):
            rate = self.recipe.learning_rate * cycle(step / all_steps, self.recipe.warmup)
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            with self.autocast():
                loss = task.loss(self.network, batch)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self.optimizer.step()
            total += loss.detach()
            if self.average is not None and step % AVERAGE_EVERY == 0:
                self.average.update_parameters(self.network)
            if every and step % every == 0 and step % task.steps:
                self.look(step)
                self.network.train()
        self.evaluated.eval()
        error = task.validate(self.evaluated)
        if not math.isfinite(error) or not math.isfinite(float(total)):
            raise FloatingPointError(
                f"training diverged in epoch {self.epoch + 1} (loss {float(total)}, validation error "
                f"{error}): lower the learning rate, now {self.recipe.learning_rate}"
            )
        self.look(done + task.steps)
        if better := error < self.best_error:
            self.best_error, self.best_epoch = error, self.epoch
            self.best_state = {
                name: value.detach().to("cpu", copy=True)
                for name, value in self.evaluated.state_dict().items()
            }
        self.history.append(
            {
                "epoch": self.epoch + 1,
                "train_loss": float(total) / task.steps,
                "val_error": error,
                "learning_rate": rate,
                "best": better,
            }
        )
        self.epoch += 1

    def report(self, elapsed: float, first: int) -> None:
        row, per_epoch = self.history[-1], elapsed / (self.epoch - first)
        left = duration(per_epoch * (self.recipe.epochs - self.epoch))
        print(
            f"epoch {self.epoch}/{self.recipe.epochs}, loss {row['train_loss']:.4f}, validation error "
            f"{row['val_error']:.5g} (best {self.best_error:.5g} in epoch {self.best_epoch + 1}), "
            f"{per_epoch:.2f} s an epoch, {left} left",
            flush=True,
        )

    def save(self, path: Path, fingerprint: str) -> None:
        """Write the whole state, then put it in place: a reader never sees half a checkpoint."""
        if self.observer is not None:
            self.observer.flush()
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".partial-{path.name}")
        state = {
            "fingerprint": fingerprint,
            "epoch": self.epoch,
            "network": self.network.state_dict(),
            "average": None if self.average is None else self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "best": (self.best_epoch, self.best_error, self.best_state),
            "history": self.history,
        }
        try:
            # Opened here: torch, where it opens a file itself, hides that the disk is full.
            with partial.open("wb") as file:
                torch.save(state, file)
            os.replace(partial, path)
        finally:
            partial.unlink(missing_ok=True)

    def resume(self, path: Path, fingerprint: str, epoch_steps: int) -> bool:
        """Take over a checkpoint; say why when there is one that cannot be used."""
        if not path.is_file():
            return False
        device = next(self.network.parameters()).device
        try:
            state = torch.load(path, map_location=device, weights_only=True)
            found = state["fingerprint"]
        except Exception as error:  # noqa: BLE001 - any damage to the file ends here, whatever torch calls it
            print(f"checkpoint {path} cannot be read ({error}): training starts anew", flush=True)
            return False
        if found != fingerprint:
            print(
                f"checkpoint {path} belongs to other data, settings or code: training starts anew",
                flush=True,
            )
            return False
        if self.observer is not None and not self.observer.restart(state["epoch"] * epoch_steps):
            print(f"what was observed up to {path} is not whole: training starts anew", flush=True)
            return False
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.average is not None:
            self.average.load_state_dict(state["average"])
        self.epoch = state["epoch"]
        self.best_epoch, self.best_error, best = state["best"]
        self.best_state = {name: value.cpu() for name, value in best.items()}
        self.history = state["history"]
        print(f"resumed from {path} after epoch {self.epoch}", flush=True)
        return True
