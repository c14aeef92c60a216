"""Settings of the line `constitutive`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from matxai.constitutive.settings.data import CASES, EXAMPLES, Case
from matxai.learning.split import Split
from matxai.config.base import Count, Distinct, FolderName, Positive, Seed, Share, Strict
from matxai.learning.settings import (
    CheckpointEvery,
    EmaDecay,
    Epochs,
    LearningRate,
    Patience,
    Warmup,
    WeightDecay,
)

# What can be asked for of all cases, as `constitutive_<kind>`; a case is `constitutive_<case>`.
KINDS = (
    "preparation", "accuracy", "training", "predictions", "residuals", "permutation", "saliency",
    "integrated_gradients", "comparison", "tangent", "states",
)  # fmt: skip


class Prepare(Strict):
    """Reading, checking and splitting of the raw files."""

    split: Split = Field(
        default=Split(), description="Parts, drawn by path: no path is in two of them."
    )
    seed: Seed = Field(default=0, description="Seed of the split.")
    strict: bool = Field(
        default=False,
        description="false: bad files are refused and listed; true: a bad file stops the run.",
    )


class Surrogate(Strict):
    """The one-step network: features of a step in, stress or its increment out."""

    hidden: Count = Field(default=128, description="Width of a hidden layer.")
    depth: Count = Field(default=4, description="Hidden layers.")
    activation: Literal["silu", "relu"] = Field(
        default="silu",
        description="silu is smooth, so that the network has a tangent; relu as published.",
    )


class Recurrent(Strict):
    """The recurrent network: strain history and material in, stress history out."""

    cell: Literal["lstm", "gru"] = Field(
        default="gru",
        description="Kind of recurrent cell: lstm (its cell state is explained) or gru (its hidden state).",
    )
    hidden: Count = Field(default=32, description="Units of the cell.")


class Train(Strict):
    """Training of a network: Huber loss, AdamW, one learning-rate cycle, averaged weights."""

    epochs: Epochs = 60
    batch_size: Count = Field(default=256, description="Steps in a batch.")
    learning_rate: LearningRate = 4e-3
    weight_decay: WeightDecay = 1e-4
    ema_decay: EmaDecay = 0.99
    warmup: Warmup = 0.2
    patience: Patience = 30
    checkpoint_every: CheckpointEvery = 10


class TrainSurrogate(Train):
    """Training of the one-step network."""

    stress_noise: Share = Field(
        default=0.02,
        description="Where the stress itself is predicted: standard deviation of the noise on the "
        "previous stress in training, relative to its own. A network that leans on the previous "
        "stress diverges when it is fed with its own.",
    )


class TrainRecurrent(Train):
    """Training of the recurrent network, in batches of whole paths."""

    epochs: Epochs = 120
    batch_size: Count = Field(default=64, description="Paths in a batch.")
    learning_rate: LearningRate = 2e-2
    patience: Patience = 60


class Explain(Strict):
    """How the networks are explained, always on the test paths."""

    repeats: Annotated[int, Field(ge=2)] = Field(
        default=10, description="Permutations of each feature and group of features."
    )
    integration_steps: Count = Field(
        default=32, description="Points on the path from a baseline in integrated gradients."
    )
    tolerance: Positive = Field(
        default=0.01,
        description="Largest convergence error of integrated gradients that is accepted, relative "
        "to the mean change of the prediction.",
    )
    components: Count = Field(
        default=6, description="Leading principal components of the recurrent state."
    )


class Constitutive(Strict):
    """The line `constitutive`."""

    cases: Annotated[dict[FolderName, Case], Field(min_length=1)] = Field(
        default=CASES,
        description="Cases by name: a material law and its data. The name is the name of its folder.",
        examples=EXAMPLES,
    )
    seeds: Annotated[tuple[Seed, ...], Field(min_length=1), Distinct] = Field(
        default=(0,), description="Each network is trained and explained once for each seed."
    )
    prepare: Prepare = Field(default=Prepare(), description="Reading and splitting of raw files.")
    surrogate: Surrogate = Field(
        default=Surrogate(), description="The one-step network: a multilayer perceptron."
    )
    recurrent: Recurrent = Field(
        default=Recurrent(), description="The recurrent network, for the explanation of its state."
    )
    train: TrainSurrogate = Field(
        default=TrainSurrogate(), description="Training of the one-step network."
    )
    train_recurrent: TrainRecurrent = Field(
        default=TrainRecurrent(), description="Training of the recurrent network."
    )
    explain: Explain = Field(default=Explain(), description="Explanations, on the test paths.")

    @model_validator(mode="after")
    def _names_free(self) -> Self:
        if taken := sorted({*self.cases} & {*KINDS}):
            msg = f"a case cannot be called {taken[0]}, which names a kind of figure: rename it"
            raise ValueError(msg)
        return self
