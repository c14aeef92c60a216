"""Settings that the training of every network has; each line states its own defaults."""

from dataclasses import fields
from typing import Annotated

from pydantic import Field

from matxai.config.base import Count, NonNegative, Positive, SettingsBlock, Share
from matxai.learning.recipe import SGD, AdamW, ExponentialDecay, OneCycle, Recipe

# A line that states a default of its own repeats the type, which carries the description.
Epochs = Annotated[Count, Field(description="Passes through the training part, at most.")]
LearningRate = Annotated[Positive, Field(description="Highest learning rate.")]
WeightDecay = Annotated[NonNegative, Field(description="Weight decay of the optimiser.")]
Warmup = Annotated[Share, Field(description="Share of all batches in which the rate still rises.")]
Patience = Annotated[
    Count, Field(description="Stop after this many epochs without a better validation error.")
]


class TrainingSettings(SettingsBlock):
    """What every training is told; a key of a subclass named as a field of `Recipe` reaches the recipe."""

    epochs: Epochs
    learning_rate: LearningRate
    weight_decay: WeightDecay
    patience: Patience
    checkpoint_every: Count = Field(
        default=10,
        description="Epochs between checkpoints from which an interrupted training goes on; one is also "
        "written every ten minutes.",
    )

    def recipe_of(self, optimizer: AdamW | SGD, schedule: OneCycle | ExponentialDecay) -> Recipe:
        """Make the recipe with an optimiser and a schedule."""
        shared = self.model_dump(include={field.name for field in fields(Recipe)})
        return Recipe(optimizer=optimizer, schedule=schedule, **shared)


class CycleTraining(TrainingSettings):
    """Training with AdamW, one learning-rate cycle and averaged weights."""

    ema_decay: Share = Field(
        default=0.99, description="Decay of the averaged weights after each batch; 0: no averaging."
    )
    warmup: Warmup

    def recipe(self) -> Recipe:
        """Make the recipe of these settings."""
        return self.recipe_of(AdamW(self.learning_rate, self.weight_decay), OneCycle(self.warmup))
