"""Shape and training of CrabNet and HotCrab."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from matxai.config.base import Count, NonNegative, Positive, SettingsBlock, Share
from matxai.learning.settings import CycleTraining

ElementTable = Literal["mat2vec", "magpie", "oliynyk", "matscholar", "megnet16", "skipatom"]


class CrabNetShape(SettingsBlock):
    """CrabNet (Wang et al. 2021, npj Comput. Mater. 7:77), HotCrab: the same on one-hot vectors.

    The default is small, for thousands of compounds; the published shape stands in config/paper.yaml.
    """

    vectors: ElementTable = "mat2vec"
    """Element vectors that crabnet starts from (ElementEmbeddings)."""
    width: Annotated[int, Field(ge=2, multiple_of=2)] = 64
    """Width of the encoder, even and a multiple of heads."""
    layers: Count = 2
    """Attention layers."""
    heads: Count = 4
    """Attention heads of a layer."""
    feedforward: Count = 128
    """Hidden width of a layer's feed-forward network."""
    dropout: Share = 0.1
    """Share of activations dropped in training."""
    head: Annotated[tuple[Count, ...], Field(min_length=1)] = (64,)
    """Widths of the residual network behind the encoder."""

    @model_validator(mode="after")
    def _heads_divide(self) -> Self:
        if self.width % self.heads:
            raise ValueError(
                f"width must be a multiple of heads ({self.heads}), not {self.width}: change one"
            )
        return self

    @property
    def weights(self) -> int:
        """Roughly how many the encoder has."""
        return self.layers * (4 * self.width**2 + 2 * self.width * self.feedforward)


BATCH_SIZES = (128, 4096)  # smallest and largest of the published rule


class CrabNetTraining(CycleTraining):
    """Training of a network: AdamW, one learning-rate cycle, averaged weights."""

    epochs: Count = 50
    learning_rate: Positive = 3e-3
    weight_decay: NonNegative = 0.05
    warmup: Share = 0.3
    patience: Count = 15
    batch_size: Count | None = 64
    """Compounds in a batch; null: the published rule for n training compounds, 2^round(log2 n - 4)
    within [128, 4096]."""
    jitter: Share = 0.02
    """Relative standard deviation of the noise on fractions in training."""
    mixed_precision: bool = True
    """On a GPU: matrix products of the training in bfloat16; weights, validation and everything
    after the training stay in float32. Changes nothing on a CPU."""

    @property
    def typical_batch(self) -> int:
        """Compounds in a batch: of the published rule, the fewest."""
        return self.batch_size or BATCH_SIZES[0]
