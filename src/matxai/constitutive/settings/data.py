"""Settings of the cases of the line `constitutive`: one material law each, and where its data are."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from matxai.config.base import Bounds, Range, Seed, SettingsBlock, Several, Text
from matxai.constitutive.laws import LAWS, Law
from matxai.constitutive.settings.layouts import files_of
from matxai.learning.split import Split

Feature = Literal[
    "strain", "prev_strain", "prev_stress", "control", "time", "dt", "e_plastic", "prev_e_plastic",
    "E", "sig0", "H_kin", "mu", "alpha", "E_inf", "E_1", "eta_1",
]  # fmt: skip


class PathSource(SettingsBlock):
    """Where the paths of a case come from, and the law that they follow."""

    source: str
    """Where the data come from: generated (from the law itself) or folder (your own)."""
    law: Literal["elastoplastic", "hyperelastic", "viscoelastic"]
    """The law: it states the inputs, the internal variables and the true tangent."""
    layout: Literal["tfrecord", "dict", "arrays"]
    """Layout of the raw files: tfrecord (INPUTS/tfrecord/sample_*.tfrecord), dict
    (INPUTS/npy/sample_*.npy, one dict per path), arrays (INPUTS/npy/strain.npy, RESULTS/stress.npy)."""

    @property
    def physics(self) -> Law:
        """The law itself."""
        return LAWS[self.law]


class Generation(PathSource):
    """Strain paths (cyclic, ramp and hold, random, in turn) answered exactly by the law."""

    source: Literal["generated"]
    paths: Annotated[int, Field(ge=10)] = 600
    """Loading paths."""
    steps: Annotated[int, Field(ge=10)] = 100
    """Steps of a path."""
    strain: Range
    """Lowest and highest strain, on either side of zero."""
    parameters: dict[str, Range]
    """Material parameters; each path draws its own between low and high. Elastoplastic: E Young's
    modulus, sig0 yield stress, H_kin hardening modulus. Hyperelastic: mu modulus and alpha exponent
    of a one-term Ogden solid. Viscoelastic: E_inf long-term modulus, E_1 modulus and eta_1
    viscosity of the standard linear solid."""
    duration: Range = Bounds(1.0, 1.0)
    """Shortest and longest duration of a path (time unit), drawn evenly on a logarithmic scale."""
    seed: Seed = 0
    """Seed of paths and parameters."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        wanted = self.physics.parameters
        if set(self.parameters) != set(wanted):
            raise ValueError(
                f"parameters are {', '.join(self.parameters)}, but the {self.law} law has "
                f"{', '.join(wanted)}: state each of these"
            )
        if not self.strain.low < 0 < self.strain.high:
            raise ValueError("strain must reach to both sides of zero, e.g. [-0.01, 0.01]")
        if self.law == "hyperelastic" and self.strain.low <= -1:
            raise ValueError(
                "a hyperelastic strain of -1 or less leaves no length: raise the lower bound"
            )
        for name, bounds in {**self.parameters, "duration": self.duration}.items():
            if bounds.low <= 0:
                raise ValueError(f"{name} must be above zero, not {bounds.low:g}")
        return self


class Material(PathSource):
    """What every case says beside its source: its units, and what is learned from what."""

    stress_unit: Text = "MPa"
    """Unit of stresses and moduli, for axes."""
    time_unit: Text = "s"
    """Unit of time, for axes."""
    features: Several[Feature] | None = None
    """Inputs of the one-step network, in this order; null: those of the law that the data hold."""
    target: Literal["increment", "stress"] | None = None
    """What the one-step network predicts: the stress increment or the stress; null: the law's
    (increment; hyperelastic: stress)."""

    @property
    def units(self) -> dict[str, str]:
        """Units of stress and time."""
        return {"stress": self.stress_unit, "time": self.time_unit}

    @property
    def learned(self) -> dict[str, object]:
        """What the one-step network learns from what, JSON-plain."""
        return {
            "law": self.law,
            "features": list(self.features or self.physics.features),
            # Features that were not asked for may be missing from the data.
            "chosen": self.features is not None,
            "target": self.target or self.physics.target,
        }


class Generated(Material, Generation):
    """Strain paths (cyclic, ramp and hold, random, in turn) answered exactly by the law."""

    source: Literal["generated"]

    @property
    def read(self) -> Generation:
        """What the paths depend on."""
        return self.only(Generation)

    def folder(self, generated: str) -> str:
        """The folder that holds INPUTS and RESULTS: the ``generated`` one."""
        return generated

    def files(self, **generated: str) -> dict[str, str | list[str]]:
        """What preparation depends on: manifest and truth, as ``generated`` names them."""
        return dict(generated)


class CaseFolder(Material):
    """A folder of your own in one of the raw layouts."""

    source: Literal["folder"]
    path: Text
    """The folder that holds INPUTS, relative to where Snakemake runs."""

    def folder(self, generated: str) -> str:  # noqa: ARG002 - as of a generated case
        """The folder that holds INPUTS and RESULTS."""
        return self.path

    def files(self, **generated: str) -> dict[str, str | list[str]]:  # noqa: ARG002
        """What preparation depends on: every raw file."""
        return {"files": [path.as_posix() for path in files_of(self.layout, self.path)]}


Case = Annotated[Generated | CaseFolder, Field(discriminator="source")]


CASES: dict[str, Generated | CaseFolder] = {
    name: Generated.from_plain({"source": "generated", "law": name, **values})
    for name, values in {
        # A structural steel: yields at 0.1 to 0.2 % strain.
        "elastoplastic": {
            "layout": "dict",
            "strain": (-0.01, 0.01),
            "parameters": {"E": (180e3, 220e3), "sig0": (200, 400), "H_kin": (5e3, 40e3)},
        },
        # A rubber between 60 % of its length and twice its length.
        "hyperelastic": {
            "layout": "tfrecord",
            "strain": (-0.4, 1.0),
            "parameters": {"mu": (0.3, 0.9), "alpha": (1.5, 4)},
        },
        # A polymer that relaxes within 0.2 to 3 s, loaded for 5 to 50 s.
        "viscoelastic": {
            "layout": "tfrecord",
            "strain": (-0.02, 0.02),
            "parameters": {"E_inf": (500, 1500), "E_1": (1000, 3000), "eta_1": (500, 3000)},
            "duration": (5, 50),
        },
    }.items()
}
_POLYMER = {"source": "folder", "path": "data/polymer", "law": "viscoelastic", "layout": "tfrecord"}
EXAMPLES: list[dict[str, object]] = [{"polymer": _POLYMER}]


class PathPreparation(SettingsBlock):
    """Reading, checking and splitting of the raw files."""

    split: Split = Split()
    """Parts, drawn by path: no path is in two of them."""
    seed: Seed = 0
    """Seed of the split."""
    strict: bool = False
    """false: bad files are refused and listed; true: a bad file stops the run."""
