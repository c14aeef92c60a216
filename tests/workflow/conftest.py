"""The real workflow, run once at smoke size in a copy of the project; the tests here share it."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PARTS = ("Snakefile", "config.yaml", "config", "profiles", "rules", "src", "workflow", "envs")
FOLLOWS = "input files updated by another job"
SNAKEMAKE = Path(sys.executable).with_name("snakemake")
TENSORFLOW = REPOSITORY / ".venv-tensorflow" / "bin" / "python"


@dataclass(frozen=True)
class Project:
    """A copy of the project, and Snakemake in it."""

    folder: Path
    config: str

    def snakemake(self, *arguments, check=True):
        """Run Snakemake; its output, stdout and stderr in one."""
        done = subprocess.run(
            [SNAKEMAKE, *arguments, "--cores", "2", "--configfile", self.config],
            cwd=self.folder,
            env=os.environ | {"MATXAI_TENSORFLOW_PYTHON": str(TENSORFLOW)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(done.stdout[-6000:])
        return done.stdout

    def stale(self, *targets):
        """The rules that would run for a reason of their own.

        Rules whose inputs another one makes anew are left out: Snakemake asks no further there.
        """
        text = self.snakemake("--dry-run", *targets)
        reasons = text.partition("\nReasons:\n")[2]
        found = re.findall(r"^    (\w[\w ]+):\n        (.*)$", reasons, re.MULTILINE)
        rules = {rule for reason, rules in found if reason != FOLLOWS for rule in rules.split(", ")}
        assert rules or "Nothing to be done" in text, text[-3000:]
        return rules

    def edit(self, path, old, new):
        """Replace text in a file of the copy; the file is put back at the end of the block."""
        return Edit(self.folder / path, old, new)


class Edit:
    """A change of one file for the length of a `with` block."""

    def __init__(self, path, old, new):
        self.path, self.old, self.new = path, old, new

    def __enter__(self):
        self.text = self.path.read_text()
        assert self.old in self.text, f"{self.old!r} is not in {self.path.name}"
        self.path.write_text(self.text.replace(self.old, self.new))

    def __exit__(self, *_):
        self.path.write_text(self.text)


def copy_project(folder, config):
    for part in PARTS:
        source = REPOSITORY / part
        if source.is_dir():
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, folder / part, ignore=ignore)
        else:
            shutil.copy(source, folder / part)
    return Project(folder, config)


@pytest.fixture(scope="session")
def smoke(tmp_path_factory):
    """The whole default chain at smoke size, done."""
    if not TENSORFLOW.exists():
        pytest.skip("the TensorFlow environment is missing: run `make setup`")
    project = copy_project(tmp_path_factory.mktemp("smoke"), "config/smoke.yaml")
    project.snakemake()
    return project
