"""Settings that the training of every network has; each line states its own defaults."""

from dataclasses import fields

from matxai.config.base import Count, NonNegative, Positive, SettingsBlock, Share
from matxai.learning.recipe import SGD, AdamW, ExponentialDecay, OneCycle, Recipe


class TrainingSettings(SettingsBlock):
    """What every training is told; a key of a subclass named as a field of `Recipe` reaches the recipe."""

    epochs: Count
    """Passes through the training part, at most."""
    learning_rate: Positive
    """Highest learning rate."""
    weight_decay: NonNegative
    """Weight decay of the optimiser."""
    patience: Count
    """Stop after this many epochs without a better validation error."""
    checkpoint_every: Count = 10
    """Epochs between checkpoints from which an interrupted training goes on; one is also written
    every ten minutes."""

    def recipe_of(self, optimizer: AdamW | SGD, schedule: OneCycle | ExponentialDecay) -> Recipe:
        """Make the recipe with an optimiser and a schedule."""
        shared = self.model_dump(include={field.name for field in fields(Recipe)})
        return Recipe(optimizer=optimizer, schedule=schedule, **shared)


class CycleTraining(TrainingSettings):
    """Training with AdamW, one learning-rate cycle and averaged weights."""

    ema_decay: Share = 0.99
    """Decay of the averaged weights after each batch; 0: no averaging."""
    warmup: Share
    """Share of all batches in which the rate still rises."""

    def recipe(self) -> Recipe:
        """Make the recipe of these settings."""
        return self.recipe_of(AdamW(self.learning_rate, self.weight_decay), OneCycle(self.warmup))
