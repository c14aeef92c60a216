"""Settings of the line `composition`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from matxai.composition.settings.analyses import (
    Attention,
    AttentionViews,
    Contributions,
    Correlation,
    ElementVectors,
    Faithfulness,
    GlobalUmap,
    LocalUmap,
    Oxidation,
)
from matxai.composition.settings.data import EXAMPLES, METAL, POWER_FACTOR, DataSet
from matxai.config.base import Count, Distinct, FolderName, Seed, Share, Strict
from matxai.learning.settings import (
    CheckpointEvery,
    EmaDecay,
    Epochs,
    LearningRate,
    Patience,
    Warmup,
    WeightDecay,
)

NetworkName = Literal["crabnet", "hotcrab"]
ElementTable = Literal["mat2vec", "magpie", "oliynyk", "matscholar", "megnet16", "skipatom"]


class Prepare(Strict):
    """Reading and cleaning of the tables."""

    drop_unary: bool = Field(
        default=True, description="Leave compounds of a single element out of the training part."
    )
    strict: bool = Field(
        default=False,
        description="false: bad rows are refused and listed; true: a bad row stops the run.",
    )


class Network(Strict):
    """CrabNet (Wang et al. 2021, npj Comput. Mater. 7:77), HotCrab: the same on one-hot vectors."""

    vectors: ElementTable = Field(
        default="mat2vec",
        description="Element vectors that crabnet starts from (ElementEmbeddings).",
    )
    width: Annotated[int, Field(ge=2, multiple_of=2)] = Field(
        default=512, description="Width of the encoder, even and a multiple of heads."
    )
    layers: Count = Field(default=3, description="Attention layers.")
    heads: Count = Field(default=4, description="Attention heads of a layer.")
    feedforward: Count = Field(
        default=2048, description="Hidden width of a layer's feed-forward network."
    )
    dropout: Share = Field(default=0.1, description="Share of activations dropped in training.")
    head: Annotated[tuple[Count, ...], Field(min_length=1)] = Field(
        default=(1024, 512, 256, 128),
        description="Widths of the residual network behind the encoder.",
    )

    @model_validator(mode="after")
    def _heads_divide(self) -> Self:
        if self.width % self.heads:
            msg = f"width must be a multiple of heads ({self.heads}), not {self.width}: change one"
            raise ValueError(msg)
        return self


BATCH_SIZES = (128, 4096)  # smallest and largest of the published rule


class Train(Strict):
    """Training of a network: AdamW, one learning-rate cycle, averaged weights."""

    epochs: Epochs = 30
    batch_size: Count | None = Field(
        default=128,
        description="Compounds in a batch; null: the published rule for n training compounds, "
        "2^round(log2 n - 4) within [128, 4096].",
    )
    learning_rate: LearningRate = 5e-4
    weight_decay: WeightDecay = 0.05
    ema_decay: EmaDecay = 0.99
    warmup: Warmup = 0.3
    jitter: Share = Field(
        default=0.02,
        description="Relative standard deviation of the noise on fractions in training.",
    )
    patience: Patience = 20
    checkpoint_every: CheckpointEvery = 10
    mixed_precision: bool = Field(
        default=True,
        description="On a GPU: matrix products of the training in bfloat16; weights, validation and "
        "everything after the training stay in float32. Changes nothing on a CPU.",
    )


class Baseline(Strict):
    """Random forest on fraction-weighted element properties, to compare with."""

    trees: Count = Field(default=100, description="Trees of the forest.")


class Composition(Strict):
    """The line `composition`."""

    datasets: Annotated[dict[FolderName, DataSet], Field(min_length=1)] = Field(
        default={"power_factor": POWER_FACTOR, "metal": METAL},
        description="Data sets by name; a network is trained on each. The name is the name of "
        "its folder.",
        examples=EXAMPLES,
    )
    networks: Annotated[tuple[NetworkName, ...], Field(min_length=1), Distinct] = Field(
        default=("crabnet", "hotcrab"), description="Networks trained on each data set."
    )
    seeds: Annotated[tuple[Seed, ...], Field(min_length=1), Distinct] = Field(
        default=(0,), description="Each network is trained once for each seed."
    )
    prepare: Prepare = Field(default=Prepare(), description="Reading and cleaning of the tables.")
    network: Network = Field(default=Network(), description="Shape of CrabNet and HotCrab.")
    train: Train = Field(
        default=Train(), description="Training: AdamW, one learning-rate cycle, averaged weights."
    )
    attention: Attention | None = Field(
        default=Attention(),
        description="Attention of every layer and head through training, in attention.zarr.zip beside "
        "each network; null: none is kept. A change trains the networks again.",
    )
    attention_views: AttentionViews = Field(
        default=AttentionViews(),
        description="What is shown of the captured attention: videos, figures and pages.",
    )
    baseline: Baseline = Field(default=Baseline(), description="Random forest to compare with.")
    correlation: Correlation = Field(
        default=Correlation(), description="Pearson correlation between element vectors."
    )
    element_vectors: ElementVectors = Field(
        default=ElementVectors(), description="Line plots of the vectors of single elements."
    )
    oxidation: Oxidation = Field(
        default=Oxidation(), description="Oxidation states guessed from formulas."
    )
    contributions: Contributions = Field(
        default=Contributions(), description="Contribution of each element to the predictions."
    )
    local_umap: LocalUmap | None = Field(
        default=LocalUmap(),
        description="UMAPs of single elements' vectors in every layer; null: none.",
    )
    global_umap: GlobalUmap | None = Field(
        default=GlobalUmap(),
        description="UMAPs of whole compounds in every layer; null: none.",
    )
    faithfulness: Faithfulness | None = Field(
        default=Faithfulness(),
        description="Attention compared with removal, integrated gradients along the encoding of the "
        "fractions, and contributions; null: not compared.",
    )

    @model_validator(mode="after")
    def _layers_exist(self) -> Self:
        for name in self.correlation.vectors:
            layer = name.removeprefix("layer").split(".")[0]
            if layer.isdigit() and int(layer) > self.network.layers:
                msg = (
                    f"correlation.vectors asks for {name}, but network.layers is "
                    f"{self.network.layers}: ask for a lower layer or add layers"
                )
                raise ValueError(msg)
        return self
