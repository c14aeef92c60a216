"""Locks, conda files and the set-up that uses them."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from tests.project import REPOSITORY

ENVS = REPOSITORY / "envs"
SOURCES = {
    "torch": ["torch.in", "tools.in"],
    "data": ["data.in"],
    "tensorflow": ["tensorflow.in"],
}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted(file: str) -> list[Requirement]:
    lines = (line.partition("#")[0].strip() for line in (ENVS / file).read_text().splitlines())
    return [Requirement(line) for line in lines if line]


def entries(name: str) -> list[tuple[Requirement, list[str]]]:
    """Requirement and hashes of every entry of a lock."""
    joined = (ENVS / f"{name}.lock").read_text().replace("\\\n", " ")
    split = [re.split(r"\s+--hash=", line.strip()) for line in joined.splitlines()]
    return [(Requirement(first), hashes) for first, *hashes in split]


def pins(name: str) -> dict[str, str]:
    """Version by package for Python 3.11 on Linux."""
    linux = {"python_full_version": "3.11.9", "python_version": "3.11", "sys_platform": "linux"}
    return {
        canonical(pin.name): next(iter(pin.specifier)).version
        for pin, _ in entries(name)
        if pin.marker is None or pin.marker.evaluate(linux)
    }


@pytest.mark.parametrize("name", SOURCES)
def test_every_entry_of_a_lock_is_one_version_with_hashes(name):
    assert len(entries(name)) >= len(wanted(f"{name}.in"))
    for pin, hashes in entries(name):
        assert re.fullmatch(r"==[^,*]+", str(pin.specifier)), pin
        assert hashes, pin
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", text) for text in hashes), pin


@pytest.mark.parametrize("path", sorted(p.name for p in ENVS.iterdir() if p.is_file()))
def test_no_environment_file_names_an_address_or_an_index(path):
    text = (ENVS / path).read_text()
    assert not re.search(r"\w+://|index-url|find-links|\w@ ", text)


@pytest.mark.parametrize("name", SOURCES)
def test_a_lock_meets_what_its_in_files_ask_for(name):
    for file in SOURCES[name]:
        for requirement in wanted(file):
            assert requirement.specifier.contains(pins(name)[canonical(requirement.name)])


def test_packages_that_are_read_as_data_bring_nothing_along():
    assert set(pins("data")) == {canonical(requirement.name) for requirement in wanted("data.in")}
    assert not set(pins("data")) & set(pins("torch"))
    assert not {"pymongo", "opentsne", "seaborn"} & set(pins("torch"))


def test_torch_and_tensorflow_are_never_in_one_environment():
    assert "torch" in pins("torch")
    assert "tensorflow" not in pins("torch")
    assert "tensorflow" in pins("tensorflow")
    assert "torch" not in pins("tensorflow")


@pytest.mark.parametrize("name", ["torch", "tensorflow"])
def test_a_conda_file_holds_the_packages_of_its_in_file_at_the_locked_versions(name):
    content = yaml.safe_load((ENVS / f"{name}.yaml").read_text())
    python, pip, packages = content["dependencies"]
    assert (python, pip) == ("python=3.11", "pip")
    expected = [canonical(requirement.name) for requirement in wanted(f"{name}.in")]
    stated = [text.split("==") for text in packages["pip"]]
    assert [canonical(package) for package, _ in stated] == expected, "make lock writes it anew"
    assert {canonical(package): version for package, version in stated} == {
        package: pins(name)[package] for package in expected
    }, "make lock writes it anew"


def test_conda_gets_the_data_packages_without_what_they_depend_on():
    """Snakemake finds the script by its name, which is that of the conda file."""
    _, command = (ENVS / "torch.post-deploy.sh").read_text().splitlines()
    *start, option, first, second = command.split()
    assert start == ["python", "-m", "pip", "install"]
    assert option == "--no-deps"
    stated = (text.split("==") for text in (first, second))
    assert {canonical(package): version for package, version in stated} == pins("data")


def test_this_environment_is_the_locked_one():
    if Path(sys.prefix).resolve() != (REPOSITORY / ".venv").resolve():
        pytest.skip("not run from the environment that `make setup` makes")
    both = [pin for name in ("torch", "data") for pin, _ in entries(name)]
    marked = [pin for pin in both if pin.marker is None or pin.marker.evaluate()]
    locked = {canonical(pin.name): next(iter(pin.specifier)).version for pin in marked}
    installed = {canonical(item.metadata["Name"]): item.version for item in distributions()}
    differing = {k: (v, installed.get(k)) for k, v in locked.items() if installed.get(k) != v}
    assert not differing, "make setup brings it to the lock"


@pytest.fixture
def checkout(tmp_path):
    """A copy of what set-up reads, with a stand-in for uv that only counts its calls."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    shutil.copy(REPOSITORY / "Makefile", tmp_path)
    (tmp_path / "envs").mkdir()
    for name in SOURCES:
        shutil.copy(ENVS / f"{name}.lock", tmp_path / "envs")
    for name in (".venv", ".venv-tensorflow"):
        (tmp_path / name / "bin").mkdir(parents=True)
    executable(tmp_path / ".venv/bin/uv", 'echo "$*" >> calls.txt')
    executable(tmp_path / ".venv-tensorflow/bin/python", "true")
    return tmp_path


def executable(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def setup(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    command = ["make", "setup", *arguments]
    return subprocess.run(
        command, cwd=folder, env=clean, capture_output=True, text=True, check=False
    )


def synced(folder: Path) -> list[list[str]]:
    """Names of the locks of each sync since the last call."""
    calls = (folder / "calls.txt").read_text().splitlines()
    (folder / "calls.txt").write_text("")
    return [
        [Path(word).stem for word in call.split() if word.endswith(".lock")]
        for call in calls
        if call.startswith("pip sync")
    ]


def test_set_up_runs_again_when_a_lock_changes_and_only_then(checkout):
    assert setup(checkout).returncode == 0
    assert synced(checkout) == [["torch", "data"], ["tensorflow"]]
    for name in SOURCES:
        (checkout / f"envs/{name}.lock").touch()
    assert setup(checkout).returncode == 0
    assert synced(checkout) == []
    for name, expected in [("tensorflow", ["tensorflow"]), ("data", ["torch", "data"])]:
        with (checkout / f"envs/{name}.lock").open("a") as lock:
            lock.write("\n")
        assert setup(checkout).returncode == 0
        assert synced(checkout) == [expected]


def test_a_set_up_that_failed_is_not_taken_for_done(checkout):
    uv = checkout / ".venv/bin/uv"
    executable(uv, 'echo "$*" >> calls.txt; test "$1" = --version')
    assert setup(checkout).returncode != 0
    assert not list(checkout.glob(".venv*/.synced-*"))
    executable(uv, 'echo "$*" >> calls.txt')
    synced(checkout)
    assert setup(checkout).returncode == 0
    assert synced(checkout) == [["torch", "data"], ["tensorflow"]]


def test_an_unsuitable_python_is_refused_with_the_way_out(checkout):
    (checkout / ".venv/bin/uv").unlink()
    old = executable(checkout / "old", "echo Python 3.9.18; exit 1")
    done = setup(checkout, f"PYTHON={old}")
    assert done.returncode != 0
    assert "must be Python 3.11, 3.12 or 3.13, but is: Python 3.9.18" in done.stderr
    assert "make PYTHON=python3.12" in done.stderr
