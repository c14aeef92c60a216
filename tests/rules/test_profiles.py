"""The profiles: what they share is equal, and every key says why it is there."""

import pytest
import yaml
from tests.project import REPOSITORY

PROFILES = REPOSITORY / "profiles"
# What a workstation alone, and what a cluster alone has.
OWN = {
    "default": {"resources"},
    "slurm": {
        "executor",
        "jobs",
        "retries",
        "slurm-requeue",
        "slurm-init-seconds-before-status-checks",
        "latency-wait",
    },
}


def read(name):
    return yaml.safe_load((PROFILES / name / "config.yaml").read_text())


def test_shared_keys_are_equal():
    default, slurm = read("default"), read("slurm")
    assert default.keys() - slurm.keys() == OWN["default"]
    assert slurm.keys() - default.keys() == OWN["slurm"]
    assert all(default[key] == slurm[key] for key in default.keys() & slurm.keys())


@pytest.mark.parametrize("name", OWN)
def test_every_key_has_a_comment(name):
    lines = (PROFILES / name / "config.yaml").read_text().splitlines()
    keys = [number for number, line in enumerate(lines) if line and line[0] not in "# "]
    assert len(keys) == len(read(name))
    assert all(lines[number - 1].startswith("#") for number in keys)


def test_gpus_are_serialised_on_a_workstation_only():
    assert read("default")["resources"] == {"gpu": 1}
