"""Settings of the line `constitutive`."""

from typing import Annotated

from pydantic import Field

from matxai.config.base import Distinct, FolderName, Seed, SettingsBlock
from matxai.constitutive.settings.data import CASES, EXAMPLES, Case, PathPreparation
from matxai.constitutive.settings.explain import Explain
from matxai.constitutive.settings.network import (
    Recurrent,
    RecurrentTraining,
    Surrogate,
    SurrogateTraining,
)


class Constitutive(SettingsBlock):
    """Line `constitutive`: which inputs drive a neural stress-strain law, and is its stiffness right?"""

    cases: Annotated[dict[FolderName, Case], Field(min_length=1)] = Field(
        default=CASES,
        description="Cases by name: a material law and its data. The name is the name of its folder.",
        examples=EXAMPLES,
    )
    seeds: Annotated[tuple[Seed, ...], Field(min_length=1), Distinct] = Field(
        default=(0,), description="Each network is trained and explained once for each seed."
    )
    prepare: PathPreparation = Field(
        default=PathPreparation(), description="Reading and splitting of raw files."
    )
    surrogate: Surrogate = Field(
        default=Surrogate(), description="The one-step network: a multilayer perceptron."
    )
    recurrent: Recurrent = Field(
        default=Recurrent(), description="The recurrent network, for the explanation of its state."
    )
    train: SurrogateTraining = Field(
        default=SurrogateTraining(), description="Training of the one-step network."
    )
    train_recurrent: RecurrentTraining = Field(
        default=RecurrentTraining(), description="Training of the recurrent network."
    )
    explain: Explain = Field(default=Explain(), description="Explanations, on the test paths.")
