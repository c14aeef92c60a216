"""How the networks are explained."""

from typing import Annotated

from pydantic import Field

from matxai.config.base import Count, Positive, SettingsBlock


class ExplainSurrogate(SettingsBlock):
    """How the one-step network is explained, on the test paths."""

    repeats: Annotated[int, Field(ge=2)] = 10
    """Permutations of each feature and group of features."""
    integration_steps: Count = 32
    """Points on the path from a baseline in integrated gradients."""
    tolerance: Positive = 0.01
    """Largest convergence error of integrated gradients that is accepted, relative to the mean
    change of the prediction."""


class ExplainStates(SettingsBlock):
    """How the state of the recurrent network is explained."""

    components: Count = 6
    """Leading principal components of the recurrent state."""


class Explain(ExplainStates, ExplainSurrogate):
    """How the networks are explained, always on the test paths."""
