"""Settings of a training become its recipe."""

from matxai.learning.recipe import AdamW, OneCycle, Recipe
from matxai.learning.settings import CycleTraining


class Mixed(CycleTraining):
    """Settings of a line, with a key that is the recipe's and one that is its own."""

    mixed_precision: bool = True
    noise: float = 0.1


def test_every_key_of_a_recipe_reaches_it():
    settings = Mixed(
        epochs=7, learning_rate=0.1, weight_decay=0.2, patience=3, warmup=0.4, ema_decay=0.5
    )
    assert settings.recipe() == Recipe(
        epochs=7,
        optimizer=AdamW(learning_rate=0.1, weight_decay=0.2),
        schedule=OneCycle(warmup=0.4),
        patience=3,
        checkpoint_every=10,
        ema_decay=0.5,
        mixed_precision=True,
    )
