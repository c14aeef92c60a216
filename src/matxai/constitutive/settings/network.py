"""Shapes and training of the one-step and the recurrent network."""

from typing import Literal

from matxai.config.base import Count, NonNegative, Positive, SettingsBlock, Share
from matxai.learning.settings import CycleTraining


class Surrogate(SettingsBlock):
    """The one-step network: features of a step in, stress or its increment out."""

    hidden: Count = 128
    """Width of a hidden layer."""
    depth: Count = 4
    """Hidden layers."""
    activation: Literal["silu", "relu"] = "silu"
    """silu is smooth, so that the network has a tangent; relu as published."""

    @property
    def weights(self) -> int:
        """Roughly how many there are."""
        return self.depth * self.hidden**2


class Recurrent(SettingsBlock):
    """The recurrent network: strain history and material in, stress history out."""

    cell: Literal["lstm", "gru"] = "gru"
    """Kind of recurrent cell: lstm (its cell state is explained) or gru (its hidden state)."""
    hidden: Count = 32
    """Units of the cell."""

    @property
    def weights(self) -> int:
        """Roughly how many there are."""
        return 8 * self.hidden**2


class StressTraining(CycleTraining):
    """Training of a network: Huber loss, AdamW, one learning-rate cycle, averaged weights."""

    epochs: Count = 60
    learning_rate: Positive = 4e-3
    weight_decay: NonNegative = 1e-4
    warmup: Share = 0.2
    patience: Count = 30
    batch_size: Count = 256
    """Steps in a batch."""


class SurrogateTraining(StressTraining):
    """Training of the one-step network."""

    stress_noise: Share = 0.02
    """Where the stress itself is predicted: standard deviation of the noise on the previous stress
    in training, relative to its own. A network that leans on the previous stress diverges when it
    is fed with its own."""


class RecurrentTraining(StressTraining):
    """Training of the recurrent network, in batches of whole paths."""

    epochs: Count = 120
    batch_size: Count = 64
    """Paths in a batch."""
    learning_rate: Positive = 2e-2
    patience: Count = 60
