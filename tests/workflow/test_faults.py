"""Jobs that die, Ctrl-C, a damaged checkpoint, a full disk, two runs at once: on the real workflow."""

import ast
import os
import signal
import time
from pathlib import Path

import pandas as pd
import pytest

from tests.project import Project, copy_project, with_mounts

pytestmark = pytest.mark.e2e

CONFIG = """
study: undisturbed
constitutive:
  cases:
    steel:
      {source: generated, law: elastoplastic, layout: dict, paths: 40, steps: 30, strain: [-0.01, 0.01],
       parameters: {E: [180000, 220000], sig0: [200, 400], H_kin: [5000, 40000]}}
  surrogate: {hidden: 64}
  train: {epochs: 400, batch_size: 64, patience: 400, checkpoint_every: 5}
"""
TARGET = "constitutive/steel/seed0/surrogate.safetensors"
PATIENCE = 120  # seconds that a wait may take at most


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """One study that ran through; the others are to give the same network."""
    project = copy_project(tmp_path_factory.mktemp("faults"), "study.yaml")
    (project.folder / "study.yaml").write_text(CONFIG)
    project.snakemake(f"results/undisturbed/{TARGET}")
    return project


class Study:
    """A study of its own with the same settings, whose training can be disturbed."""

    def __init__(self, project, name):
        self.project, self.name = project, name
        self.config = f"{name}.yaml"
        (project.folder / self.config).write_text(CONFIG.replace("undisturbed", name))
        self.model = project.folder / f"results/{name}/{TARGET}"
        self.checkpoint = self.model.with_name("surrogate_checkpoint.pt")
        self.log = (
            project.folder
            / f"logs/{name}"
            / TARGET.replace("surrogate.safetensors", "train_surrogate.log")
        )

    def start(self, *arguments, **options):
        target = f"results/{self.name}/{TARGET}"
        project = Project(self.project.folder, self.config)
        return project.start(target, "--cores", "2", *arguments, **options)

    def run(self):
        process = self.start()
        text = process.communicate(timeout=PATIENCE)[0]
        assert process.returncode == 0, text[-3000:]

    def wait_for_checkpoint(self, process):
        deadline = time.monotonic() + PATIENCE
        while not self.checkpoint.exists():
            assert process.poll() is None, process.stdout.read()[-3000:]
            assert time.monotonic() < deadline, "no checkpoint appeared"
            time.sleep(0.05)

    def training_process(self):
        """Process id of the training script."""
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                mine = (entry / "cwd").readlink() == self.project.folder
            except OSError:  # ended meanwhile, or not ours to see
                continue
            if mine and any(word.endswith(b".train_surrogate.py") for word in words[1:3]):
                return int(entry.name)
        raise AssertionError("no training process found")

    def asked(self):
        """Resources that the training had asked for, from Snakemake's own record of the job."""
        jobs = self.project.folder / "benchmarks/jobs" / self.name
        record = jobs / TARGET.replace("surrogate.safetensors", "train_surrogate.tsv")
        return ast.literal_eval(pd.read_csv(record, sep="\t")["resources"].iloc[0])

    def nothing_half_done(self):
        assert not self.model.exists()
        assert not list(self.project.folder.glob(f"results/{self.name}/**/.partial-*.safetensors"))

    def same_network(self):
        whole = self.project.folder / f"results/undisturbed/{TARGET}"
        assert self.model.read_bytes() == whole.read_bytes()
        assert not self.checkpoint.exists()


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for the job's process in /proc")
def test_a_killed_training_goes_on_to_the_same_network(project):
    study = Study(project, "killed")
    process = study.start()
    study.wait_for_checkpoint(process)
    os.kill(study.training_process(), signal.SIGKILL)
    assert process.communicate(timeout=PATIENCE)[0]
    assert process.returncode != 0
    study.nothing_half_done()
    study.run()
    assert "resumed from" in study.log.read_text()
    study.same_network()


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for the job's process in /proc")
def test_a_job_that_is_sent_again_asks_for_more_and_goes_on(project):
    study = Study(project, "again")
    process = study.start("--retries", "1")
    study.wait_for_checkpoint(process)
    os.kill(study.training_process(), signal.SIGKILL)
    text = process.communicate(timeout=PATIENCE)[0]
    assert process.returncode == 0, text[-3000:]
    assert "resumed from" in study.log.read_text()
    study.same_network()
    once = Study(project, "undisturbed").asked()
    assert study.asked()["mem_mb"] == pytest.approx(2 * once["mem_mb"], abs=1)
    assert study.asked()["runtime"] == pytest.approx(2 * once["runtime"], abs=1)


def test_ctrl_c_leaves_no_half_output_and_the_next_run_completes(project):
    study = Study(project, "interrupted")
    process = study.start()
    study.wait_for_checkpoint(process)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal sends it, to all of the group
    process.communicate(timeout=PATIENCE)
    assert process.returncode != 0
    study.nothing_half_done()
    study.run()
    assert "resumed from" in study.log.read_text()
    study.same_network()


def test_a_damaged_checkpoint_is_named_and_not_used(project):
    study = Study(project, "damaged")
    study.checkpoint.parent.mkdir(parents=True)
    study.checkpoint.write_bytes(b"PK\x03\x04 half a checkpoint")
    study.run()
    text = study.log.read_text()
    assert "surrogate_checkpoint.pt cannot be read" in text
    assert "training starts anew" in text
    study.same_network()


def test_a_full_disk_is_named_and_the_next_run_completes(project):
    study = Study(project, "full")
    folder = study.model.parent
    folder.mkdir(parents=True)
    # Room for the network, not for a checkpoint, which is several times as large.
    small = with_mounts(["-t", "tmpfs", "-o", "size=100k", "none", folder])
    left = folder.parent / "left.txt"
    look = ["sh", "-c", f'"$0" "$@"; code=$?; ls -A {folder} > {left}; exit $code']
    process = study.start(before=[*small, *look])
    text = process.communicate(timeout=PATIENCE)[0]
    assert process.returncode != 0
    assert "No space left on the disk" in text
    assert f"{folder.relative_to(project.folder)}: 0 MB" in study.log.read_text()
    assert left.read_text() == ""
    study.run()
    study.same_network()


def test_a_second_run_at_the_same_time_is_refused(project):
    study = Study(project, "twice")
    first = study.start()
    study.wait_for_checkpoint(first)
    second = study.start()
    text = second.communicate(timeout=PATIENCE)[0]
    assert second.returncode != 0
    assert "lock" in text.lower()
    first.communicate(timeout=PATIENCE)
    assert first.returncode == 0
    study.same_network()
