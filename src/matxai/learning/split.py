"""How data are divided into the parts that fit, select and test a network."""

import math
from typing import Self

from pydantic import Field, model_validator

from matxai.config.base import OpenFraction, SettingsBlock

PARTS = ("train", "val", "test")


class Split(SettingsBlock):
    """Share of the data in each part; the three sum to 1."""

    train: OpenFraction = Field(default=0.7, description="Share the weights are fitted to.")
    val: OpenFraction = Field(default=0.15, description="Share that selects the best epoch.")
    test: OpenFraction = Field(default=0.15, description="Share for the reported errors alone.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        total = self.train + self.val + self.test
        if not math.isclose(total, 1, abs_tol=1e-9):
            raise ValueError(f"train + val + test is {total:.6g}: make them add up to 1")
        return self
