"""The way into the TensorFlow environment, for real."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.project import REPOSITORY

from matxai.run.snakemake_object import SnakemakeObject, run_script
from matxai.run.tensorflow import tensorflow_python

SCRIPT = REPOSITORY / "workflow/scripts/environments/check_tensorflow.py"

needs_tensorflow = pytest.mark.skipif(
    not os.access(tensorflow_python(), os.X_OK),
    reason="the TensorFlow environment is not set up here: run `make`",
)


@pytest.fixture
def snakemake_object(tmp_path: Path) -> SnakemakeObject:
    return SnakemakeObject(
        output={"table": tmp_path / "versions.csv"},
        log=tmp_path / "check.log",
        rule="check_tensorflow",
        threads=1,
    )


@needs_tensorflow
def test_check_tensorflow_runs_in_its_own_environment(
    snakemake_object: SnakemakeObject, capfd: pytest.CaptureFixture[str]
) -> None:
    run_script(SCRIPT, snakemake_object)  # raises where the gradient is wrong or torch is imported
    with Path(snakemake_object.output.table).open(newline="", encoding="utf-8") as source:
        versions = {row["package"]: row["version"] for row in csv.DictReader(source)}
    assert list(versions) == ["python", "keras", "numpy", "tensorflow"]
    lock = (REPOSITORY / "envs/tensorflow.lock").read_text(encoding="utf-8")
    assert f"tensorflow=={versions['tensorflow']}" in lock
    assert "--- done" in Path(snakemake_object.log[0]).read_text(encoding="utf-8")
    assert capfd.readouterr() == ("", "")  # TensorFlow's notices are in the log
    assert "tensorflow" not in sys.modules


def fake_environment(folder: Path, *, body: str) -> Path:
    """Make an executable that stands for the TensorFlow environment's Python."""
    python = folder / "python"
    python.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    python.chmod(0o755)
    return python


def test_a_missing_environment_is_one_clear_error(
    snakemake_object: SnakemakeObject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATXAI_TENSORFLOW_PYTHON", str(tmp_path / "absent"))
    with pytest.raises(SystemExit, match=r"(?s)check_tensorflow needs .*absent.*fix: +run `make`"):
        run_script(SCRIPT, snakemake_object)
    assert "run `make`" in Path(snakemake_object.log[0]).read_text(encoding="utf-8")


def test_an_environment_without_tensorflow_does_not_loop(
    snakemake_object: SnakemakeObject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = fake_environment(tmp_path, body=f'exec "{sys.executable}" "$@"')
    monkeypatch.setenv("MATXAI_TENSORFLOW_PYTHON", str(python))
    with pytest.raises(SystemExit, match="1"):
        run_script(SCRIPT, snakemake_object)
    assert "needs the TensorFlow environment" in Path(snakemake_object.log[0]).read_text(
        encoding="utf-8"
    )


def test_exit_code_and_threads_are_passed_on(
    snakemake_object: SnakemakeObject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = fake_environment(tmp_path, body="exit $((40 + TF_NUM_INTRAOP_THREADS))")
    monkeypatch.setenv("MATXAI_TENSORFLOW_PYTHON", str(python))
    snakemake_object.threads = 2
    with pytest.raises(SystemExit, match="42"):
        run_script(SCRIPT, snakemake_object)


@needs_tensorflow
def test_snakemake_runs_it_from_another_folder(tmp_path: Path) -> None:
    snakefile = tmp_path / "code/Snakefile"
    snakefile.parent.mkdir()
    snakefile.write_text(
        "rule check_tensorflow:\n"
        "    output: table='results/{study}/versions.csv'\n"
        "    log: 'logs/{study}.log'\n"
        f"    script: {str(SCRIPT)!r}\n",
        encoding="utf-8",
    )
    work = tmp_path / "work"
    command = f"--snakefile {snakefile} --directory {work} --cores 1 results/demo/versions.csv"
    run = subprocess.run(
        [sys.executable, "-m", "snakemake", *command.split()],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert (work / "results/demo/versions.csv").read_text(encoding="utf-8").startswith("package,")
    assert "wildcards: study=demo" in (work / "logs/demo.log").read_text(encoding="utf-8")
