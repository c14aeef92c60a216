"""Settings of the line `composition`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from matxai.composition.settings.analyses import (
    AttentionViews,
    Baseline,
    Contributions,
    Correlation,
    ElementVectors,
    Faithfulness,
    GlobalUmap,
    LocalUmap,
    Oxidation,
)
from matxai.composition.settings.attention import Attention
from matxai.composition.settings.data import (
    EXAMPLES,
    METAL,
    POWER_FACTOR,
    CompositionPreparation,
    DataSet,
)
from matxai.composition.settings.network import CrabNetShape, CrabNetTraining
from matxai.config.base import Distinct, FolderName, Seed, SettingsBlock

NetworkName = Literal["crabnet", "hotcrab"]


class Composition(SettingsBlock):
    """Line `composition`: what an attention network knows about elements and compounds."""

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
    prepare: CompositionPreparation = Field(
        default=CompositionPreparation(), description="Reading and cleaning of the tables."
    )
    network: CrabNetShape = Field(
        default=CrabNetShape(), description="Shape of CrabNet and HotCrab."
    )
    train: CrabNetTraining = Field(
        default=CrabNetTraining(),
        description="Training: AdamW, one learning-rate cycle, averaged weights.",
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
