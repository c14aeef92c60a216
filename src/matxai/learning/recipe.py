"""How a network is optimised, as plain data: optimiser, schedule of the learning rate, when to stop."""

import math
from dataclasses import dataclass

_START, _END = 1 / 25, 1e-4  # learning rate at both ends of the cycle, relative to its peak


@dataclass(frozen=True)
class AdamW:
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019)."""

    learning_rate: float
    weight_decay: float


@dataclass(frozen=True)
class SGD:
    """Stochastic gradient descent with momentum."""

    learning_rate: float
    weight_decay: float
    momentum: float


@dataclass(frozen=True)
class OneCycle:
    """One cosine cycle of the learning rate over the whole training (Smith & Topin 2019).

    In the share ``warmup`` of all steps it rises to its peak, the optimiser's ``learning_rate``.
    """

    warmup: float

    def factor(self, step: int, epoch_steps: int, epochs: int) -> float:
        """Learning rate of a step, counted from 1, relative to its peak."""
        progress = step / (epochs * epoch_steps)
        if progress < self.warmup:
            share, low = progress / self.warmup, _START
        else:
            share, low = (1 - progress) / (1 - self.warmup), _END
        return low + (1 - low) * (1 - math.cos(math.pi * share)) / 2


@dataclass(frozen=True)
class ExponentialDecay:
    """The learning rate is multiplied by ``decay`` after each epoch."""

    decay: float

    def factor(self, step: int, epoch_steps: int, epochs: int) -> float:  # noqa: ARG002 - as OneCycle
        """Learning rate of a step, counted from 1, relative to that of the first epoch."""
        return self.decay ** ((step - 1) // epoch_steps)


@dataclass(frozen=True)
class Recipe:
    """Everything that a training needs besides network, task and seed.

    It stops after ``patience`` epochs without a better validation error. ``ema_decay`` is that of the
    averaged weights after each step; 0 trains without averaging. With ``mixed_precision`` the loss
    computes matrix products in bfloat16 on a GPU that can; weights, their updates and the validation stay
    in float32.
    """

    epochs: int
    optimizer: AdamW | SGD
    schedule: OneCycle | ExponentialDecay
    patience: int
    checkpoint_every: int
    ema_decay: float = 0.0
    mixed_precision: bool = False
