"""Settings that the training of a network has in either line; each line states its own defaults."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from matxai.config.base import Count, NonNegative, Positive, Share

Epochs = Annotated[Count, Field(description="Passes through the training part, at most.")]
LearningRate = Annotated[Positive, Field(description="Peak of the learning-rate cycle.")]
WeightDecay = Annotated[NonNegative, Field(description="Decoupled weight decay of AdamW.")]
EmaDecay = Annotated[
    Share, Field(description="Decay of the averaged weights after each batch; 0: no averaging.")
]
Warmup = Annotated[Share, Field(description="Share of all batches in which the rate still rises.")]
Patience = Annotated[
    Count, Field(description="Stop after this many epochs without a better validation error.")
]
CheckpointEvery = Annotated[
    Count,
    Field(
        description="Epochs between checkpoints from which an interrupted training goes on; one is "
        "also written every ten minutes."
    ),
]
