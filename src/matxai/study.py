"""The root of the configuration: one study, one block for each line of analysis.

`python -m matxai.study` says whether config.yaml and its JSON schema are current (exit code 1 if
not); with `--fix` it rewrites them.
"""

import sys
from typing import Any, Self

from pydantic import Field, model_validator

from matxai.composition.settings.line import Composition
from matxai.config import generated
from matxai.config.base import FolderName, SettingsBlock
from matxai.constitutive.settings.line import Constitutive


def line(settings: type[SettingsBlock]) -> Any:
    """Make the field of a line of analysis, described by the docstring of its settings."""
    switch = "No block, or null: the line is switched off; {}: all defaults."
    return Field(default=None, description=f"{settings.__doc__} {switch}")


class Study(SettingsBlock):
    """Configuration of matxai."""

    study: FolderName = "default"
    """Name of the study: its results go to results/<study>/. Letters, digits, '_', '-' and '.'
    only; put quotes around a number."""
    composition: Composition | None = line(Composition)
    constitutive: Constitutive | None = line(Constitutive)

    @classmethod
    def default(cls) -> Self:
        """Give what config.yaml states: every line on, every value at its default."""
        return cls.from_plain({name: {} for name in cls.model_fields if name != "study"})

    def lines(self) -> tuple[str, ...]:
        """Name the lines that are switched on, in the order of the fields."""
        return tuple(name for name, value in self if isinstance(value, SettingsBlock))

    @model_validator(mode="after")
    def _some_line(self) -> Self:
        if not self.lines():
            raise ValueError("every line is switched off: add at least one, e.g. `composition: {}`")
        return self


if __name__ == "__main__":
    sys.exit(generated.main(Study.default()))
