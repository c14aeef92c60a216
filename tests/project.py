"""A copy of the project, and Snakemake in it: the real workflow, for tests."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
SHARED = REPOSITORY.parent / "shared/data"  # published data, where they are at hand
PARTS = ("Snakefile", "config.yaml", "config", "profiles", "rules", "src", "workflow", "envs")
FOLLOWS = "input files updated by another job"
SNAKEMAKE = Path(sys.executable).with_name("snakemake")
TENSORFLOW = REPOSITORY / ".venv-tensorflow" / "bin" / "python"


@dataclass(frozen=True)
class Project:
    """A checkout, and Snakemake in it with a configuration file ("": the default one)."""

    folder: Path
    config: str

    def start(self, *arguments, before=(), stdout=subprocess.PIPE, **variables):
        """Start Snakemake, in a process group of its own as in a terminal.

        `before` is a command that runs it, `variables` what the environment holds besides; stdout
        and stderr come in one. A pipe must be read, or Snakemake stops when it is full.
        """
        configuration = ["--configfile", self.config] if self.config else []
        return subprocess.Popen(
            [*before, SNAKEMAKE, *arguments, *configuration],
            cwd=self.folder,
            env=os.environ | {"MATXAI_TENSORFLOW_PYTHON": str(TENSORFLOW)} | variables,
            stdout=stdout,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            # A shell that runs the tests in the background has Ctrl-C ignored, for all it starts.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - one thread
        )

    def snakemake(self, *arguments, check=True, **options):
        """Run Snakemake to its end on two cores; its output."""
        process = self.start(*arguments, "--cores", "2", **options)
        text = process.communicate()[0]
        if check and process.returncode:
            raise AssertionError(text[-6000:])
        return text

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


def with_mounts(*mounts):
    """A command that runs another one with mounts that nobody else sees and that end with it.

    Each is the list of arguments of one `mount`. Skips the test where that is not allowed.
    """
    if subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode:
        pytest.skip("mounting a file system needs root")
    words = [shlex.join(["mount", *map(str, arguments)]) for arguments in mounts]
    return ["unshare", "--mount", "sh", "-c", " && ".join([*words, 'exec "$0" "$@"'])]


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
