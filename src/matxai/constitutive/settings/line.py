"""Settings of the line `constitutive`."""

from typing import Annotated

from pydantic import Field

from matxai.config.base import FolderName, Seed, SettingsBlock, Several
from matxai.constitutive.settings import network
from matxai.constitutive.settings.data import CASES, EXAMPLES, Case, PathPreparation
from matxai.constitutive.settings.explain import Explain


class Constitutive(SettingsBlock):
    """Line `constitutive`: which inputs drive a neural stress-strain law, and is its stiffness right?"""

    cases: Annotated[dict[FolderName, Case], Field(min_length=1)] = Field(
        default=CASES, examples=EXAMPLES
    )
    """Cases by name: a material law and its data. The name is the name of its folder."""
    seeds: Several[Seed] = (0,)
    """Each network is trained and explained once for each seed."""
    prepare: PathPreparation = PathPreparation()
    """Reading and splitting of raw files."""
    surrogate: network.Surrogate = network.Surrogate()
    """The one-step network: a multilayer perceptron."""
    recurrent: network.Recurrent = network.Recurrent()
    """The recurrent network, for the explanation of its state."""
    train: network.SurrogateTraining = network.SurrogateTraining()
    """Training of the one-step network."""
    train_recurrent: network.RecurrentTraining = network.RecurrentTraining()
    """Training of the recurrent network."""
    explain: Explain = Explain()
    """Explanations, on the test paths."""
