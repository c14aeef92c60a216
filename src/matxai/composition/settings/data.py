"""Settings of the data sets of the line `composition`: where they come from, what is learned."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from matxai.composition.settings.tasks import Target, TaskName
from matxai.config.base import Seed, SettingsBlock, Text
from matxai.learning.split import PARTS, Split
from matxai.run.errors import InputError


class Source(SettingsBlock):
    """Where a data set comes from, and what is learned from it."""

    source: str
    """Where the data come from: transport, folder or download."""
    task: TaskName = "regression"
    """What is learned: a number, or the probability of class 1 from targets that are 0 or 1 (or
    false or true)."""
    transform: Literal["none", "log10", "log10_abs"] = "none"
    """Applied before training; log10 refuses rows that are zero or negative, log10_abs only
    zeros."""


class Described(Source):
    """What the axes of figures say about a target."""

    READ: ClassVar[type[Source]]  # the fields that the preparation reads
    label: Text = "Target"
    """Name of the target, for the axes of figures; of a classification that of class 1."""
    unit: str = ""
    """Unit of the target as read; empty: dimensionless."""

    @property
    def axis(self) -> Target:
        """What axes and captions need, JSON-plain."""
        return Target(task=self.task, label=self.label, unit=self.unit, transform=self.transform)

    @property
    def read(self) -> Source:
        """What its preparation reads."""
        return self.only(self.READ)

    def files(self) -> dict[str, str]:
        """The CSV files by part; the embedded data have none."""
        return {}

    @model_validator(mode="after")
    def _classes_are_bare(self) -> Self:
        for key, bare in {"transform": "none", "unit": ""}.items():
            value = getattr(self, key)
            if self.task == "classification" and value != bare:
                raise ValueError(
                    f"{key} is {value!r}, but the targets of a classification are 0 or 1: "
                    f"write {key}: {bare or repr(bare)}, or task: regression"
                )
        return self


class TransportSource(Source):
    """What the preparation reads of `Transport`."""

    source: Literal["transport"]
    target: Literal[
        "S_p", "S_n", "PF_p", "PF_n", "sigma_p", "sigma_n", "kappa_p", "kappa_n", "m_p", "m_n",
        "metal",
    ] = "PF_n"  # fmt: skip
    """Column to learn, p- or n-doped: S Seebeck coefficient (µV/K), PF power factor (µW/(m K²)),
    sigma electrical conductivity (S/m), kappa electronic thermal conductivity (µW/(m K)), m
    conductivity effective mass (electron masses); metal (task: classification) whether it stays a
    metal however it is doped."""
    metals: Literal["keep", "drop", "only"] = "drop"
    """Compounds that stay metals however they are doped: S_p and S_n differ by less than 100 µV/K;
    target: metal needs keep."""
    subset: Annotated[int, Field(ge=2)] | None = 4000
    """Number of compounds drawn at random, at least 2; null: all."""
    split: Split = Split()
    """Parts, drawn by reduced formula: no composition is in two of them."""
    test: Annotated[int, Field(ge=2)] | None = None
    """Compositions in the test part, at least: those that subset leaves fill it up to this number;
    null: the share of split alone."""
    seed: Seed = 0
    """Seed of the subset and of the split."""

    @model_validator(mode="after")
    def _metal_is_a_class(self) -> Self:
        metal, classes = self.target == "metal", self.task == "classification"
        if metal and not classes:
            msg = "target metal is 0 or 1: write task: classification"
        elif classes and not metal:
            msg = f"target {self.target} is a number: write task: regression, or target: metal"
        elif metal and self.metals != "keep":
            msg = f"with metals: {self.metals} target metal has one class: write metals: keep"
        else:
            return self
        raise ValueError(msg)


class Transport(Described, TransportSource):
    """DFT transport properties of 47,737 compounds inside the matminer wheel.

    Ricci et al. 2017, Sci. Data 4:170085: 300 K, 1e18 carriers per cubic centimetre.
    """

    READ = TransportSource
    source: Literal["transport"]


class FolderSource(Source):
    """A folder of your own with train.csv, val.csv and test.csv (columns formula,target)."""

    source: Literal["folder"]
    path: Text
    """The folder, relative to where Snakemake runs."""


class CompositionFolder(Described, FolderSource):
    """A folder of your own with train.csv, val.csv and test.csv (columns formula,target)."""

    READ = FolderSource
    source: Literal["folder"]

    def files(self) -> dict[str, str]:
        """The CSV files by part; a missing one raises `InputError`."""
        files = {part: f"{self.path}/{part}.csv" for part in PARTS}
        for part, path in files.items():
            require_part(part, path)
        return files


class Download(SettingsBlock):
    """One file on the web."""

    url: Annotated[str, Field(pattern=r"^https?://\S+$")]
    """Address of a plain CSV file (columns formula,target), http or https."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """SHA-256 of the file, 64 digits 0-9a-f (`sha256sum FILE` prints it)."""


class WebSource(Source):
    """Three CSV files on the web, checked against their digests."""

    source: Literal["download"]
    train: Download
    """Training part."""
    val: Download
    """Validation part."""
    test: Download
    """Test part."""


class Web(Described, WebSource):
    """Three CSV files on the web, checked against their digests."""

    READ = WebSource
    source: Literal["download"]

    @property
    def downloads(self) -> dict[str, Download]:
        """The files to fetch, by part."""
        return {part: getattr(self, part) for part in PARTS}

    def files(self) -> dict[str, str]:
        """The CSV files by part, where they are fetched to."""
        return {part: f"data/downloads/{file.sha256}.csv" for part, file in self.downloads.items()}


DataSet = Annotated[Transport | CompositionFolder | Web, Field(discriminator="source")]
DataSource = Annotated[TransportSource | FolderSource | WebSource, Field(discriminator="source")]


def read_source(values: Mapping[str, Any]) -> TransportSource | FolderSource | WebSource:
    """What preparation reads of a data set, from JSON-plain values in ``snakemake.params``."""
    return TypeAdapter[Any](DataSource).validate_json(json.dumps(values))


def require_part(part: str, path: str | Path) -> None:
    """Raise `InputError` if the CSV file of a part is not there."""
    if not Path(path).is_file():
        raise InputError(
            f"the {part} part is missing",
            file=path,
            expected="train.csv, val.csv and test.csv with columns formula,target",
            fix="add the file, or correct `path` in the configuration",
        )


# Why this target: thermoelectrics are judged by their power factor; the n-type one of gapped
# compounds spans orders of magnitude (hence the logarithm), and composition explains more of it
# than of the p-type one or of either Seebeck coefficient. In metals it explains next to
# nothing: a doping of 1e18 per cm3 changes nothing there, and their power factor is another quantity,
# so they are left out. Measured: benchmarks/transport_targets.py.
POWER_FACTOR = Transport(
    source="transport", target="PF_n", transform="log10", test=6000,
    label="n-type power factor", unit="µW m⁻¹ K⁻²",
)  # fmt: skip
# A classification on real data, small: 37 % of the compounds are metals, and a formula tells most of them.
METAL = Transport(
    source="transport", task="classification", target="metal", metals="keep",
    subset=2000, test=6000, label="metallic transport",
)  # fmt: skip
_FOLDER = {"source": "folder", "path": "data/bulk", "label": "Bulk modulus", "unit": "GPa"}
_WEB = {part: {"url": f"https://example.org/{part}.csv", "sha256": "0" * 64} for part in PARTS}
EXAMPLES = [{"bulk_modulus": _FOLDER}, {"band_gap": {"source": "download", **_WEB}}]


class CompositionPreparation(SettingsBlock):
    """Reading and cleaning of the tables."""

    drop_unary: bool = True
    """Leave compounds of a single element out of the training part."""
    strict: bool = False
    """false: bad rows are refused and listed; true: a bad row stops the run."""
