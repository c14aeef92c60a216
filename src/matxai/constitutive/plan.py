"""What the line computes for a configuration: where each result stands, and the named targets.

The rules ask it, so that they hold no logic; it knows nothing of Snakemake.
"""

from __future__ import annotations

from matxai.constitutive.data.raw.files import files_of
from matxai.constitutive.settings.data import CaseFolder, Generated
from matxai.constitutive.settings.line import Constitutive
from matxai.run.requests import gpus

# Settings of a generated case that its paths do not depend on.
NOT_GENERATED = ("stress_unit", "time_unit", "features", "target")

# Figures of a network's folder by the named target that asks for them.
FIGURES = {
    "training": ("history.svg", "recurrent_history.svg"),
    "predictions": ("predictions_onepath.svg",),
    "residuals": ("residuals.svg",),
    "permutation": ("explain_permutation.svg",),
    "saliency": ("explain_saliency.svg",),
    "integrated_gradients": ("explain_integrated_gradients.svg",),
    "comparison": ("explain_comparison.svg", "explain_summary.json"),
    "tangent": ("explain_tangent.svg",),
    "states": ("explain_states.svg", "explain_states_onepath.svg"),
}


class Plan:
    """Paths below ``root``, the line's folder of results, as the settings ask for them.

    Data stand in ``case``, networks and their explanations in ``case/seedN``.
    """

    def __init__(self, settings: Constitutive, root: str) -> None:
        self.settings, self.root = settings, root
        self.cases = {name: f"{root}/{name}" for name in settings.cases}
        self.networks = {
            name: [f"{folder}/seed{seed}" for seed in settings.seeds]
            for name, folder in self.cases.items()
        }

    def case(self, name: str) -> Generated | CaseFolder:
        """The settings of a case."""
        return self.settings.cases[name]

    def raw_folder(self, name: str) -> str:
        """The folder that holds INPUTS and RESULTS of a case."""
        case = self.case(name)
        return case.path if isinstance(case, CaseFolder) else f"{self.cases[name]}/raw"

    def raw_inputs(self, name: str) -> dict[str, str | list[str]]:
        """What preparation depends on: a folder's files, or manifest and truth of generated ones."""
        case, folder = self.case(name), self.cases[name]
        if isinstance(case, CaseFolder):
            return {"files": [path.as_posix() for path in files_of(case.layout, case.path)]}
        return {"manifest": f"{folder}/raw.csv", "truth": f"{folder}/truth.parquet"}

    def learned(self, name: str) -> dict[str, object]:
        """What the one-step network of a case learns from what, JSON-plain."""
        case = self.case(name)
        features = case.features or case.physics.features
        return {
            "law": case.law,
            "features": list(features),
            # Features that were not asked for may be missing from the data.
            "chosen": case.features is not None,
            "target": case.target or case.physics.target,
        }

    def gpus(self, network: str) -> int:
        """GPUs that training the "surrogate" or the "recurrent" network asks for: 0 or 1."""
        settings = self.settings
        if network == "surrogate":
            weights = settings.surrogate.depth * settings.surrogate.hidden**2
            return gpus(settings.train.batch_size, weights)
        return gpus(settings.train_recurrent.batch_size, 8 * settings.recurrent.hidden**2)

    def units(self, name: str) -> dict[str, str]:
        """Units of a case's stress and time, JSON-plain."""
        case = self.case(name)
        return {"stress": case.stress_unit, "time": case.time_unit}

    def targets(self) -> dict[str, list[str]]:
        """The files of each named target: of the line's kinds of figure, and of each case."""

        def each(names: list[str], *files: str) -> list[str]:
            folders = [folder for name in names for folder in self.networks[name]]
            return [f"{folder}/{file}" for folder in folders for file in files]

        names = list(self.cases)
        prepared = {name: [f"{self.cases[name]}/ranges.csv"] for name in names}
        accuracy = {name: each([name], "accuracy.csv", "summary.json") for name in names}
        return {
            "constitutive_preparation": [path for paths in prepared.values() for path in paths],
            "constitutive_accuracy": [path for paths in accuracy.values() for path in paths],
            **{f"constitutive_{kind}": each(names, *files) for kind, files in FIGURES.items()},
        }

    def case_targets(self) -> dict[str, list[str]]:
        """Everything that there is of a case, by the case's name."""
        files = [*(file for group in FIGURES.values() for file in group), "accuracy.csv"]
        return {
            name: [f"{self.cases[name]}/ranges.csv"]
            + [f"{folder}/{file}" for folder in self.networks[name] for file in files]
            for name in self.cases
        }
