"""Versions are those of the distributions that own an import, where the script runs."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest
from tests.project import REPOSITORY

from matxai.run.provenance import library_versions


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Installed packages of a TensorFlow environment that holds nothing else."""
    site = tmp_path / "env/lib/python3.11/site-packages"
    for distribution, files in {
        "numpy-0.0.7": "numpy/__init__.py,,\nnumpy.libs/a.so,,\n",
        "tensorflow-9.9": "../../../bin/saved_model_cli,,\ntensorflow/__init__.py,,\n",
        "Part_One-1.0": "shared/one.py,,\n",
        "part_two-2.0": "shared/two.py,,\nsingle.py,,\n_fast.cpython-311-x86_64-linux-gnu.so,,\n",
        "other-3.0": "shared_not/one.py,,\n",
    }.items():
        info = site / f"{distribution}.dist-info"
        info.mkdir(parents=True)
        (info / "RECORD").write_text(files, encoding="utf-8")
    monkeypatch.setenv("MATXAI_TENSORFLOW_PYTHON", str(tmp_path / "env/bin/python"))
    return site


def versions(folder: Path, name: str, script: str) -> dict[str, str]:
    path = folder / f"{name}.py"
    path.write_text(script, encoding="utf-8")
    return library_versions(path, [REPOSITORY / "src"])


ENTER = "from matxai.run.tensorflow import enter_tensorflow\nenter_tensorflow(1, '')\n"


def test_versions_of_a_handed_over_script_are_those_of_its_environment(
    tmp_path: Path, site: Path
) -> None:
    imports = "import numpy\nimport tensorflow\n"
    entering = versions(tmp_path, "entering", ENTER + imports)
    assert entering == {"numpy": "0.0.7", "tensorflow": "9.9"}
    own = {"numpy": importlib.metadata.version("numpy"), "tensorflow": "not installed"}
    assert versions(tmp_path, "staying", imports) == own
    asking = f"from matxai.run.tensorflow import tensorflow_python\n{imports}"
    assert versions(tmp_path, "asking", asking) == own


def test_every_distribution_that_owns_a_part_of_a_module_is_listed(
    tmp_path: Path, site: Path
) -> None:
    shared = versions(tmp_path, "shared_user", f"{ENTER}from shared import one\n")
    assert shared == {"part-one": "1.0", "part-two": "2.0"}
    single = versions(tmp_path, "single_user", f"{ENTER}import single\nimport _fast\n")
    assert single == {"part-two": "2.0"}
