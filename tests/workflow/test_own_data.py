"""A folder of the user's own: what a changed input file re-runs, and what bad input says."""

import pytest

from tests.project import copy_project

pytestmark = pytest.mark.e2e

ROWS = "formula,target\nFe2O3,1.5\nNaN,2\nSr(AlH)2,3.5\nLiFePO4,0.4\n"
CONFIG = """
study: my own
composition:
  datasets: {mine: {source: folder, path: "my data", label: Hardness, unit: GPa}}
  networks: [hotcrab]
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = copy_project(tmp_path_factory.mktemp("own data"), "mine.yaml")
    (project.folder / "mine.yaml").write_text(CONFIG.replace("my own", "mine"))
    (project.folder / "my data").mkdir()
    for part in ("train", "val", "test"):
        (project.folder / f"my data/{part}.csv").write_text(ROWS)
    project.snakemake("composition_preparation", "composition_statistics")
    return project


def test_a_changed_input_file_reruns_its_descendants(project):
    targets = ("composition_preparation", "composition_statistics")
    assert project.stale(*targets) == set()
    with project.edit("my data/test.csv", "Fe2O3,1.5", "Fe2O3,1.6"):
        text = project.snakemake("--dry-run", *targets)
    for rule in ("prepare_compositions", "describe_compositions"):
        assert f"\n{rule} " in text
    assert "\nprepare_element_vectors " not in text
    assert project.stale(*targets) == set()


def test_a_missing_part_is_one_clear_error(project):
    with project.edit("mine.yaml", "datasets: {mine: {", "datasets: {new: {"):
        path = project.folder / "my data/val.csv"
        path.rename(path.with_suffix(".away"))
        text = project.snakemake("composition_preparation", check=False)
        path.with_suffix(".away").rename(path)
    assert "the val part is missing" in text
    assert "my data/val.csv" in text
    assert "columns formula,target" in text


def test_a_bad_setting_is_one_clear_error_without_a_traceback(project):
    with project.edit("mine.yaml", "networks: [hotcrab]", "networks: [hotcarb]"):
        text = project.snakemake("--dry-run", check=False)
    assert "hotcarb" in text
    assert "hotcrab" in text
    assert "Traceback" not in text


def test_strict_names_the_row(project):
    with (
        project.edit("mine.yaml", "networks:", "prepare: {strict: true}\n  networks:"),
        project.edit("my data/test.csv", "LiFePO4,0.4", "Fe(2,0.4"),
    ):
        text = project.snakemake("composition_preparation", check=False)
    assert "test.csv" in text
    assert "line 5" in text
    assert "bracket" in text
