"""A folder of TFRecords of the user's own: converted, trained and explained; bad files are named."""

import json
import shutil

import pandas as pd
import pytest

from tests.project import TENSORFLOW, copy_project

pytestmark = pytest.mark.e2e

MADE = """
study: made
constitutive:
  cases:
    polymer:
      {source: generated, law: viscoelastic, layout: tfrecord, paths: 20, steps: 20, duration: [5, 50],
       strain: [-0.02, 0.02], parameters: {E_inf: [500, 1500], E_1: [1000, 3000], eta_1: [500, 3000]}}
"""
MINE = """
study: mine
constitutive:
  cases:
    polymer: {source: folder, path: "my paths", law: viscoelastic, layout: tfrecord}
  surrogate: {hidden: 16, depth: 2}
  recurrent: {hidden: 4}
  train: {epochs: 3}
  train_recurrent: {epochs: 3}
  explain: {repeats: 2, tolerance: 0.5}
"""
RAW = "results/made/constitutive/polymer/raw"
CASE = "results/mine/constitutive/polymer"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    if not TENSORFLOW.exists():
        pytest.skip("the TensorFlow environment is missing: run `make setup`")
    project = copy_project(tmp_path_factory.mktemp("own paths"), "mine.yaml")
    config = project.folder / "mine.yaml"
    config.write_text(MADE)
    project.snakemake(f"{RAW}.csv")
    mine = project.folder / "my paths"
    shutil.copytree(project.folder / RAW, mine, ignore=shutil.ignore_patterns(".*"))
    broken = mine / "INPUTS/tfrecord/sample_00004.tfrecord"
    broken.write_bytes(broken.read_bytes()[:-20])
    config.write_text(MINE)
    project.snakemake("constitutive_preparation", "constitutive_permutation")
    return project


def test_the_broken_file_is_listed_and_the_rest_is_used(project):
    files = pd.read_csv(project.folder / CASE / "files.csv")
    refused = files.dropna(subset="reason")
    assert refused["file"].tolist() == ["INPUTS/tfrecord/sample_00004.tfrecord"]
    assert "TFRecord" in refused["reason"].iloc[0]
    steps = pd.read_parquet(project.folder / CASE / "steps.parquet")
    assert steps["path"].nunique() == 19
    # Files do not state the viscous stress: it follows from the law and the stated parameters.
    assert steps["viscous_stress"].notna().all()


def test_the_network_is_explained(project):
    summary = json.loads((project.folder / CASE / "seed0/summary.json").read_text())
    table = pd.read_csv(project.folder / CASE / "seed0/explain_permutation.csv")
    assert table["base_r2"].iloc[0] == pytest.approx(summary["r2"], abs=1e-6)
    assert set(summary["features"]) <= set(table["name"])


def test_a_changed_file_prepares_anew_and_nothing_else_does(project):
    assert project.stale("constitutive_preparation") == set()
    path = project.folder / "my paths/INPUTS/tfrecord/sample_00001.tfrecord"
    content = path.read_bytes()
    other = path.with_name("sample_00002.tfrecord").read_bytes()
    path.write_bytes(other)
    text = project.snakemake("--dry-run", "constitutive_preparation")
    path.write_bytes(content)
    assert "\nprepare_loading_paths " in text
    assert project.stale("constitutive_preparation") == set()


def test_strict_names_the_broken_file(project):
    with project.edit("mine.yaml", "  surrogate:", "  prepare: {strict: true}\n  surrogate:"):
        text = project.snakemake("constitutive_preparation", check=False)
    assert "sample_00004.tfrecord" in text
    assert "strict: false" in text


def test_a_folder_without_records_is_one_clear_error(project):
    with project.edit("mine.yaml", '"my paths"', '"no paths"'):
        text = project.snakemake("constitutive_preparation", check=False)
    assert "the folder is missing" in text
    assert "no paths" in text
    assert "sample_*.tfrecord" in text
