"""A study through a real SLURM, one of whose two nodes dies on the way."""

import os
import re
import signal
import time

import pytest

from tests.project import TENSORFLOW, copy_project
from tests.slurm.cluster import Cluster, missing

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(bool(missing()), reason=missing())]

NETWORKS = [
    f"results/smoke/constitutive/{case}/seed0/{network}.safetensors"
    for case in ("elastoplastic", "hyperelastic")
    for network in ("surrogate", "recurrent")
]

# All of one line, the chain of the other: its other analyses ask the cluster for nothing else.
TARGETS = ("constitutive", "composition_preparation", "composition_accuracy")
PROFILE = ("--workflow-profile", "profiles/slurm", "--slurm-status-command", "squeue")


class Run:
    """The study, done; what SLURM was asked; the jobs that ran on the node that died."""

    def __init__(self, project, cluster):
        self.project = project
        output = project.folder / "output.txt"
        # Six jobs at a time: the plugin looks again after 1 s only if the last look found one done.
        with output.open("w") as stdout:
            process = project.start(
                *(*TARGETS, *PROFILE, "--jobs", "6", "--verbose"),
                *("--set-resources", "train_crabnet:gpu=1", "train_recurrent:gres='gpu:1'"),
                *("--slurm-init-seconds-before-status-checks", "1", "--latency-wait", "5"),
                stdout=stdout,
                **cluster.environment,
            )
            self.node, self.lost = self._lose_a_node(cluster, process)
            process.wait()
        self.text = output.read_text()
        assert process.returncode == 0, self.text[-6000:]
        self.states = cluster.states()

    def _lose_a_node(self, cluster, process):
        """Kill the first node that trains a network."""
        deadline = time.monotonic() + 300
        while process.poll() is None:
            for node in cluster.nodes:
                jobs = cluster.jobs_on(node)
                if any("train_" in job for job in jobs):
                    cluster.kill(node)
                    return node, jobs
            assert time.monotonic() < deadline, cluster.log("slurmctld")[-3000:]
            time.sleep(0.5)
        return None, []

    def requests(self, rule):
        """The submissions of a rule, as command lines."""
        return [line for line in self.text.splitlines() if re.search(f"sbatch .*rule_{rule}", line)]


@pytest.fixture(scope="module", autouse=True)
def _tensorflow():
    if not TENSORFLOW.exists():
        pytest.skip("the TensorFlow environment is missing: run `make setup`")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    project = copy_project(tmp_path_factory.mktemp("slurm study"), "config/smoke.yaml")
    with Cluster() as cluster:
        return Run(project, cluster)


def test_the_study_is_finished_although_a_node_died(run):
    assert run.lost
    assert run.states[run.node] == "down"
    assert run.project.stale(*TARGETS) == set()


def test_the_networks_are_those_of_a_workstation(run, smoke):
    for path in NETWORKS:
        assert (run.project.folder / path).read_bytes() == (smoke.folder / path).read_bytes(), path


def test_what_a_rule_asks_for_reaches_slurm(run):
    line = run.requests("describe_compositions")[0]
    assert "-t 20 --mem 2000" in line
    assert "--cpus-per-task=1" in line
    assert "--gpus" not in line
    for rule, asked, jobs in (
        ("train_crabnet", "--gpus=1", 4),
        ("train_recurrent", "--gres=gpu:1", 2),
    ):
        lines = run.requests(rule)
        assert len(lines) == jobs
        assert all(asked in line for line in lines)


def test_ctrl_c_cancels_the_jobs_of_the_cluster(tmp_path):
    project = copy_project(tmp_path, "config/smoke.yaml")
    target = "results/smoke/environments/tensorflow.csv"
    with Cluster(("one",)) as cluster:
        process = project.start(target, *PROFILE, "--jobs", "1", **cluster.environment)
        wait_for(lambda: cluster.jobs_on("one"))
        os.killpg(process.pid, signal.SIGINT)
        text = process.communicate(timeout=60)[0]
        assert process.returncode != 0, text[-3000:]
        wait_for(lambda: not cluster.ask("squeue", "--noheader", "--states=PD,R"))
    assert not (tmp_path / target).exists()


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.2)
