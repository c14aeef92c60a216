"""Versions of a script that is handed over come from the environment it runs in."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest
from tests.project import REPOSITORY

from matxai.run.provenance import library_versions


def test_versions_of_a_handed_over_script_are_those_of_its_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "env/lib/python3.11/site-packages"
    for name, version, file in (("numpy", "0.0.7", "numpy"), ("tensorflow", "9.9", "tensorflow")):
        info = site / f"{name}-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "RECORD").write_text(f"{file}/__init__.py,,\n", encoding="utf-8")
    monkeypatch.setenv("MATXAI_TENSORFLOW_PYTHON", str(tmp_path / "env/bin/python"))
    script = tmp_path / "script.py"
    source = REPOSITORY / "src"
    imports = "import numpy\nimport tensorflow\n"
    script.write_text(
        f"from matxai.run.tensorflow import enter_tensorflow\nenter_tensorflow(1, '')\n{imports}",
        encoding="utf-8",
    )
    assert library_versions(script, [source]) == {"numpy": "0.0.7", "tensorflow": "9.9"}
    script.write_text(imports, encoding="utf-8")
    assert library_versions(script, [source])["numpy"] == importlib.metadata.version("numpy")
