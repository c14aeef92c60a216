"""Which compounds' attention is kept through the training of a network."""

from typing import Literal, Self

from pydantic import model_validator

from matxai.config.base import Count, Seed, SettingsBlock, Several, Text


class Attention(SettingsBlock):
    """Attention weights of chosen compounds through training, with the prediction of each step."""

    part: Literal["train", "val", "test"] = "val"
    """Part whose compounds are captured; any but the whole of val costs forward passes of its
    own."""
    subset: Count | None = None
    """Number of compounds drawn from the part at random; null: all of them."""
    seed: Seed = 0
    """Seed of the draw."""
    formulas: Several[Text] | None = None
    """Formulas captured instead of a part, e.g. [TiO2, BaTiO3]; one that the data set does not hold
    has no target."""
    every: Count | None = None
    """Batches between captures, besides those after each epoch; null: those alone, which cost next
    to nothing for the whole validation part, as the validation computes its attention anyway."""

    @model_validator(mode="after")
    def _one_choice(self) -> Self:
        if self.formulas is not None and self.subset is not None:
            raise ValueError("formulas and subset exclude each other: set one of them to null")
        return self

    @property
    def words(self) -> str:
        """The compounds in words, for captions."""
        if self.formulas is not None:
            return f"{len(self.formulas)} chosen compounds"
        part = {"train": "training", "val": "validation", "test": "test"}[self.part]
        return (f"{self.subset:,} compounds of " if self.subset else "") + f"the {part} part"
