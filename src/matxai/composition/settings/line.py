"""Settings of the line `composition`."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from matxai.composition.settings import analyses, data
from matxai.composition.settings.attention import Attention
from matxai.composition.settings.network import CrabNetShape, CrabNetTraining
from matxai.composition.settings.tasks import TaskName
from matxai.config.base import Count, FolderName, Seed, SettingsBlock, Several


class Composition(SettingsBlock):
    """Line `composition`: what an attention network knows about elements and compounds."""

    datasets: Annotated[dict[FolderName, data.DataSet], Field(min_length=1)] = Field(
        default={"power_factor": data.POWER_FACTOR, "metal": data.METAL}, examples=data.EXAMPLES
    )
    """Data sets by name; a network is trained on each. The name is the name of its folder."""
    networks: Several[Literal["crabnet", "hotcrab"]] = ("crabnet", "hotcrab")
    """Networks trained on each data set."""
    seeds: Several[Seed] = (0, 1, 2)
    """Each network is trained once for each seed."""
    prepare: data.CompositionPreparation = data.CompositionPreparation()
    """Reading and cleaning of the tables."""
    network: CrabNetShape = CrabNetShape()
    """Shape of CrabNet and HotCrab."""
    train: CrabNetTraining = CrabNetTraining()
    """Training: AdamW, one learning-rate cycle, averaged weights."""
    attention: Attention | None = Attention()
    """Attention of every layer and head through training, in attention.zarr.zip beside each
    network; null: none is kept. A change trains the networks again."""
    attention_figures: analyses.AttentionFigures = analyses.AttentionFigures()
    """Which of the captured attention is shown: figures, pages and videos."""
    attention_videos: analyses.AttentionVideos = analyses.AttentionVideos()
    """Videos of the attention of the compounds shown."""
    baseline: analyses.Baseline = analyses.Baseline()
    """Random forest to compare with."""
    correlation: analyses.Correlation = analyses.Correlation()
    """Pearson correlation between element vectors."""
    element_vectors: analyses.ElementVectors = analyses.ElementVectors()
    """Line plots of the vectors of single elements."""
    oxidation: analyses.Oxidation = analyses.Oxidation()
    """Oxidation states guessed from formulas."""
    contributions: analyses.Contributions = analyses.Contributions()
    """Contribution of each element to the predictions."""
    local_umap: analyses.LocalUmap | None = analyses.LocalUmap()
    """UMAPs of single elements' vectors in every layer; null: none."""
    global_umap: analyses.GlobalUmap | None = analyses.GlobalUmap()
    """UMAPs of whole compounds in every layer; null: none."""
    faithfulness: analyses.Faithfulness | None = analyses.Faithfulness()
    """Attention compared with removal, integrated gradients along the encoding of the fractions,
    and contributions; null: not compared."""
    explained: Count = 1
    """Networks of how many seeds, the first ones, are explained and drawn in detail; accuracy and
    training curves are of all seeds."""

    @model_validator(mode="after")
    def _layers_exist(self) -> Self:
        for name in self.correlation.vectors:
            layer = name.removeprefix("layer").split(".")[0]
            if layer.isdigit() and int(layer) > self.network.layers:
                raise ValueError(
                    f"correlation.vectors asks for {name}, but network.layers is "
                    f"{self.network.layers}: ask for a lower layer or add layers"
                )
        return self

    def of_task(self, task: TaskName) -> list[str]:
        """Names of the data sets with this task."""
        return [name for name, dataset in self.datasets.items() if dataset.task == task]

    def element_table(self, network: str) -> str:
        """The table of element vectors that a network starts from."""
        return "onehot" if network == "hotcrab" else self.network.vectors

    def element_tables(self) -> list[str]:
        """Every table that is needed: those of networks, baselines (magpie) and correlations."""
        starts = [self.element_table(network) for network in self.networks]
        return list(dict.fromkeys([*starts, "magpie", *self.correlation.representations]))

    def addresses(self) -> dict[str, str]:
        """Address by SHA-256 of every file that has to be fetched."""
        return {
            file.sha256: file.url
            for dataset in self.datasets.values()
            if isinstance(dataset, data.Web)
            for file in dataset.downloads.values()
        }

    def compounds_shown(self) -> list[str]:
        """Names of the compounds whose attention is shown, of each network that keeps attention."""
        captured, shown = self.attention, self.attention_figures
        if captured is None:
            return []
        most = captured.subset or len(captured.formulas or ()) or shown.compounds
        count = len(shown.formulas or ()) or min(shown.compounds, most)
        return [f"compound{number}" for number in range(1, count + 1)]

    def network_vectors(self) -> list[str]:
        """The kinds of element vector that are taken out of each network."""
        return list(dict.fromkeys(["embedded", *self.correlation.vectors]))

    def umap_figures(self) -> dict[str, list[str]]:
        """What the UMAPs show: elements in the scope ``local``, layers in ``global``, where asked for."""
        figures = {"local": list(self.local_umap.elements)} if self.local_umap else {}
        if self.global_umap:
            figures["global"] = [f"layer{n}" for n in range(1, self.network.layers + 1)]
        return figures
