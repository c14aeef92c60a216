"""The whole workflow at smoke size, run once; tests that look at its results share it."""

import pytest

from tests.project import TENSORFLOW, copy_project


@pytest.fixture(scope="session")
def smoke(tmp_path_factory):
    """A project in which the smoke study is done."""
    if not TENSORFLOW.exists():
        pytest.skip("the TensorFlow environment is missing: run `make setup`")
    project = copy_project(tmp_path_factory.mktemp("smoke"), "config/smoke.yaml")
    project.snakemake()
    return project
