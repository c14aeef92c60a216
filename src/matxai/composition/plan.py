"""What the line computes for a configuration: where each result stands, and the named targets.

The rules ask it, so that they hold no logic; it knows nothing of Snakemake.
"""

from __future__ import annotations

from matxai.composition.settings.data import CompositionFolder, Transport, Web, require_part
from matxai.composition.settings.line import Composition
from matxai.composition.settings.network import BATCH_SIZES
from matxai.composition.settings.tasks import Target, TaskName
from matxai.learning.split import PARTS
from matxai.run.requests import gpus

STATISTICS = ("by_count", "by_number", "periodic_table", "element_counts")
OXIDATION = ("outcomes", "states", "agreement")
CONTRIBUTIONS = ("periodic_table", "distribution")
_RANGES = {"full": "full", "uranium": "up to U"}  # of elements, in titles


def each(folders: list[str], *files: str) -> list[str]:
    """The same files in every folder."""
    return [f"{folder}/{file}" for folder in folders for file in files]


class Plan:
    """Paths below ``root``, the line's folder of results, as the settings ask for them.

    A published element table stands in ``elements``, what a network learned in the network's folder
    ``dataset/network/seedN``.
    """

    def __init__(self, settings: Composition, root: str) -> None:
        self.settings, self.root = settings, root
        self.elements = f"{root}/elements"
        self.datasets = [f"{root}/{name}" for name in settings.datasets]
        self.networks = [
            f"{folder}/{network}/seed{seed}"
            for folder in self.datasets
            for network in settings.networks
            for seed in settings.seeds
        ]
        asked = settings.correlation
        self.views = {  # of correlations, with their titles
            f"{span}_{order}": f"{_RANGES[span]}, by {order}"
            for span in asked.ranges
            for order in asked.orders
        }
        vectors = {self.elements: asked.representations} | dict.fromkeys(
            self.networks, asked.vectors
        )
        self.maps = [f"{place}/correlation/{name}" for place in vectors for name in vectors[place]]

    def start(self, network: str) -> str:
        """The element table that a network starts from."""
        name = "onehot" if network == "hotcrab" else self.settings.network.vectors
        return f"{self.elements}/vectors/{name}.csv"

    def starts(self) -> list[str]:
        """The tables of all networks: together they decide which elements a data set may hold."""
        return [self.start(network) for network in self.settings.networks]

    def dataset(self, name: str) -> Transport | CompositionFolder | Web:
        """The settings of a data set."""
        return self.settings.datasets[name]

    def target(self, name: str) -> Target:
        """What the axes need to name the target of a data set, JSON-plain."""
        found = self.dataset(name)
        return {
            "task": found.task,
            "label": found.label,
            "unit": found.unit,
            "transform": found.transform,
        }

    def of_task(self, task: TaskName) -> list[str]:
        """Names of the data sets with this task."""
        return [name for name, found in self.settings.datasets.items() if found.task == task]

    def networks_of(self, task: TaskName) -> list[str]:
        """Folders of the networks that are trained on the data sets with this task."""
        folders = tuple(f"{self.root}/{name}/" for name in self.of_task(task))
        return [folder for folder in self.networks if folder.startswith(folders)]

    def raw_files(self, name: str) -> dict[str, str]:
        """The CSV files of a data set by part; the embedded data have none.

        Raises:
            InputError: a file of a folder is missing.
        """
        source = self.dataset(name)
        if isinstance(source, CompositionFolder):
            files = {part: f"{source.path}/{part}.csv" for part in PARTS}
            for part, path in files.items():
                require_part(part, path)
            return files
        if isinstance(source, Web):
            return {p: f"data/downloads/{getattr(source, p).sha256}.csv" for p in PARTS}
        return {}

    def downloads(self) -> dict[str, str]:
        """Address by SHA-256 of every file that has to be fetched."""
        files = [
            getattr(source, part)
            for source in self.settings.datasets.values()
            if isinstance(source, Web)
            for part in PARTS
        ]
        return {file.sha256: file.url for file in files}

    def gpus(self) -> int:
        """GPUs that training a network asks for: 0 or 1."""
        shape = self.settings.network
        weights = shape.layers * (4 * shape.width**2 + 2 * shape.width * shape.feedforward)
        return gpus(self.settings.train.batch_size or BATCH_SIZES[0], weights)

    def attention_file(self, folder: str) -> dict[str, str]:
        """The attention that a training in ``folder`` leaves, by output name; none if none is kept."""
        asked = self.settings.attention is not None
        return {"attention": f"{folder}/attention.zarr.zip"} if asked else {}

    def captured(self) -> str:
        """The compounds whose attention is kept, in words."""
        return self.settings.attention.words if self.settings.attention else ""

    def attention_views(self) -> list[str]:
        """Names of the compounds whose attention is shown, of each network that keeps attention."""
        captured, asked = self.settings.attention, self.settings.attention_views
        if captured is None:
            return []
        most = captured.subset or len(captured.formulas or ()) or asked.compounds
        count = len(asked.formulas) if asked.formulas else min(asked.compounds, most)
        return [f"compound{number}" for number in range(1, count + 1)]

    def umap_views(self) -> dict[str, list[str]]:
        """What the UMAPs show: elements in the scope ``local``, layers in ``global``, where asked for.

        A view's figure is ``umap/scope/view.svg``, the page of a scope ``umap/scope.html``.
        """
        local, layers = self.settings.local_umap, range(1, self.settings.network.layers + 1)
        views = {"local": list(local.elements)} if local else {}
        if self.settings.global_umap:
            views["global"] = [f"layer{number}" for number in layers]
        return views

    def targets(self) -> dict[str, list[str]]:
        """The files of each named target."""
        attentive = self.networks if self.settings.attention else []
        views = [f"attention/{view}" for view in self.attention_views()]
        maps = self.umap_views()
        return {
            "composition_preparation": each(self.datasets, "target.svg"),
            "composition_statistics": [
                *each(self.datasets, *(f"statistics/{name}.svg" for name in STATISTICS)),
                f"{self.root}/datasets.svg",
            ],
            "composition_accuracy": each(self.datasets, "accuracy.svg"),
            "composition_training": each(self.networks, "history.svg"),
            "composition_attention": each(
                attentive,
                "attention_summary.csv",
                *(f"{view}.svg" for view in [*views, "attention/elements"]),
            ),
            "composition_attention_videos": each(attentive, *(f"{view}.mp4" for view in views)),
            "composition_attention_pages": each(
                attentive, *(f"{view}.html" for view in [*views, "attention/elements"])
            ),
            "composition_summary": [f"{self.root}/summary.svg"],
            "composition_parity": each(self.networks_of("regression"), "parity.svg"),
            "composition_roc": each(self.networks_of("classification"), "roc.svg"),
            "composition_calibration": each(self.networks, "calibration.svg"),
            "composition_embeddings": each(self.networks, "embeddings.parquet"),
            "composition_contributions": each(
                self.networks, *(f"contributions/{name}.svg" for name in CONTRIBUTIONS)
            ),
            **{
                f"composition_umap_{scope}": each(
                    self.networks, *(f"umap/{scope}/{view}.svg" for view in maps.get(scope, ()))
                )
                for scope in ("local", "global")
            },
            "composition_umap_pages": each(
                self.networks, *(f"umap/{scope}.html" for scope in maps)
            ),
            "composition_umap_stability": each(
                self.networks if maps else [], "umap/stability.svg", "umap/stability_summary.csv"
            ),
            "composition_faithfulness": each(
                self.networks if self.settings.faithfulness else [], "faithfulness/agreement.svg"
            ),
            "composition_element_vectors": each(self.datasets, "element_vectors.svg"),
            "composition_oxidation": [
                *each(self.datasets, "oxidation.csv"),
                *each([f"{self.root}/oxidation"], *(f"{name}.svg" for name in OXIDATION)),
            ],
            "composition_correlation": each(self.maps, *(f"{view}.svg" for view in self.views)),
            "composition_correlation_pages": each(self.maps, "interactive.html"),
        }
