"""The root of the configuration: one study, one block for each line of analysis."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from matxai.composition.settings.line import Composition
from matxai.config.base import FolderName, SettingsBlock
from matxai.constitutive.settings.line import Constitutive


class Settings(SettingsBlock):
    """Configuration of matxai."""

    study: FolderName = Field(
        default="default",
        description="Name of the study: its results go to results/<study>/. Letters, digits, '_', "
        "'-' and '.' only; put quotes around a number.",
    )
    composition: Composition | None = Field(
        default=None,
        description="Line `composition`: what an attention network knows about elements and "
        "compounds. No block, or null: the line is switched off; {}: all defaults.",
    )

    constitutive: Constitutive | None = Field(
        default=None,
        description="Line `constitutive`: which inputs drive a neural stress-strain law, and does it "
        "have the law's stiffness? No block, or null: the line is switched off; {}: all defaults.",
    )

    @classmethod
    def default(cls) -> Settings:
        """What config.yaml states: every line on, every value at its default."""
        return cls(composition=Composition(), constitutive=Constitutive())

    def lines(self) -> tuple[str, ...]:
        """Names of the lines that are switched on, in the order of the fields."""
        return tuple(name for name, value in self if isinstance(value, SettingsBlock))

    @model_validator(mode="after")
    def _some_line(self) -> Self:
        if not self.lines():
            msg = "every line is switched off: add at least one, e.g. `composition: {}`"
            raise ValueError(msg)
        return self
