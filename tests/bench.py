"""The real script files, run in one folder with a stand-in for `snakemake`."""

from pathlib import Path

import pandas as pd

from matxai.learning.loop import Training
from matxai.run.snakemake_object import SnakemakeObject, run_script
from tests.project import REPOSITORY

TARGET = {"task": "regression", "label": "Hardness", "unit": "GPa", "transform": "none"}
METAL = {"task": "classification", "label": "metal", "unit": "", "transform": "none"}
NETWORK = {
    "vectors": "mat2vec", "width": 16, "layers": 2, "heads": 2, "feedforward": 32, "dropout": 0.1,
    "head": [8],
}  # fmt: skip
TRAIN = {
    "epochs": 4, "batch_size": 8, "learning_rate": 0.01, "weight_decay": 0.01, "ema_decay": 0.9,
    "warmup": 0.2, "jitter": 0.02, "patience": 9, "checkpoint_every": 1,
}  # fmt: skip
ATTENTION = {"part": "val", "subset": None, "seed": 0, "formulas": None, "every": None}


def die_in_third_epoch(monkeypatch):
    """Trainings are interrupted there, until the patch is undone."""
    whole = Training.train_epoch

    def train_epoch(training, task):
        if training.epoch == 2:
            raise KeyboardInterrupt
        whole(training, task)

    monkeypatch.setattr(Training, "train_epoch", train_epoch)


class Bench:
    """Runs scripts in one folder; inputs and outputs are names, or lists of names, in it."""

    def __init__(self, folder, **wildcards):
        self.folder, self.wildcards = folder, wildcards

    def run(self, script, inputs, outputs, *, wildcards=None, threads=1, **params):
        """Run a script; `wildcards` stand beside those of the bench, the rest are its `params`."""
        standin = SnakemakeObject(
            input=self.placed(inputs),
            output=self.placed(outputs),
            params=params,
            wildcards=self.wildcards | (wildcards or {}),
            log=self.folder / f"{Path(script).name}.log",
            rule=Path(script).name,
            threads=threads,
        )
        run_script(REPOSITORY / "workflow/scripts" / f"{script}.py", standin)

    def placed(self, names):
        return {
            key: [self.folder / each for each in name]
            if isinstance(name, list)
            else self.folder / name
            for key, name in names.items()
        }

    def csv(self, name):
        return pd.read_csv(self.folder / f"{name}.csv")


class CompositionBench(Bench):
    """The steps of the line composition that more than one module of tests needs."""

    def __init__(self, folder):
        super().__init__(folder, dataset="mine", network="hotcrab", seed="0")

    def prepare(self, vectors, **dataset):
        """Element vectors of these names, and train.csv, val.csv and test.csv made compounds."""
        tables = {"tables": [f"{name}.csv" for name in vectors]}
        self.run("composition/prepare_element_vectors", {}, tables, names=vectors)
        self.run(
            "composition/prepare_compositions",
            {part: f"{part}.csv" for part in ("train", "val", "test")}
            | {"elements": [f"{name}.csv" for name in vectors if name != "magpie"]},
            {"compounds": "compounds.parquet", "refused": "refused.csv", "report": "prep.csv"},
            dataset={"source": "folder", "path": "x"} | dataset,
            prepare={"drop_unary": True, "strict": False},
        )

    def train(self, prefix="", *, task="regression", attention=ATTENTION):
        """Train from one-hot vectors; `prefix` begins the names of the files."""
        names = {"model": f"{prefix}model.safetensors", "history": f"{prefix}history.csv"}
        self.run(
            "composition/train_crabnet",
            {"compounds": "compounds.parquet", "vectors": "onehot.csv"},
            names | ({"attention": f"{prefix}attention.zarr.zip"} if attention else {}),
            checkpoint=str(self.folder / "checkpoint.pt"),
            captured=str(self.folder / "attention.zarr"),
            attention=attention,
            task=task,
            network=NETWORK,
            train=TRAIN,
            code="x",
        )

    def evaluate(self):
        self.run(
            "composition/evaluate_crabnet",
            {"compounds": "compounds.parquet", "models": ["model.safetensors"]},
            {name: [f"{name}.csv"] for name in ("predictions", "metrics", "calibration")},
        )
