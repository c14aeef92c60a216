"""A read-only checkout, results in another folder, long paths with spaces; the published scale."""

import re
import subprocess

import pytest

from tests.project import REPOSITORY, TENSORFLOW, Project, copy_project, with_mounts

pytestmark = pytest.mark.e2e

CONFIG = """
study: elsewhere
composition:
  datasets:
    hardness: {source: folder, path: my data}
  networks: [crabnet]
constitutive:
  cases:
    steel:
      {source: generated, law: elastoplastic, layout: tfrecord, paths: 20, steps: 20, strain: [-0.01, 0.01],
       parameters: {E: [180000, 220000], sig0: [200, 400], H_kin: [5000, 40000]}}
  surrogate: {hidden: 16, depth: 2}
  train: {epochs: 2, checkpoint_every: 1}
"""
ROWS = "formula,target\nNaCl,{0}\nMgO,{0}.5\nTiO2,{0}.7\nFe2O3,{0}.9\n"
MADE = [
    "results/elsewhere/constitutive/steel/seed0/surrogate.safetensors",
    "results/elsewhere/composition/hardness/statistics/by_count.svg",
]
LONG = "a folder with spaces and with a name that is long " * 3


class Place:
    """A checkout in one folder, and in another one data, a configuration and the results."""

    def __init__(self, root):
        if not TENSORFLOW.exists():
            pytest.skip("the TensorFlow environment is missing: run `make setup`")
        self.checkout, self.results = root / "a checkout", root / "my results"
        data = self.results / "my data"
        data.mkdir(parents=True)
        for number, part in enumerate(("train", "val", "test")):
            (data / f"{part}.csv").write_text(ROWS.format(number + 1))
        config = self.results / "my study.yaml"
        config.write_text(CONFIG)
        self.checkout.mkdir()
        self.project = copy_project(self.checkout, str(config))

    def files(self):
        return {path.relative_to(self.checkout) for path in self.checkout.rglob("*")}

    def run(self, **options):
        """Make two outputs of either line; a second run has nothing to do."""
        before = self.files()
        self.project.snakemake(*MADE, "--directory", str(self.results), **options)
        again = self.project.snakemake(*MADE, "--directory", str(self.results), **options)
        assert "Nothing to be done" in again
        assert all((self.results / path).is_file() for path in MADE)
        assert (self.results / "logs/elsewhere").is_dir()
        assert self.files() == before


def test_long_paths_with_spaces(tmp_path):
    root = tmp_path.joinpath(*[LONG.strip()] * 5)
    root.mkdir(parents=True)
    assert len(str(root)) > 700
    Place(root).run()


def test_a_read_only_checkout(tmp_path):
    place = Place(tmp_path)
    bind = ["--bind", place.checkout, place.checkout]
    read_only = with_mounts(bind, ["-o", "remount,ro,bind", place.checkout])
    touched = subprocess.run([*read_only, "touch", place.checkout / "file"], check=False)
    assert touched.returncode != 0
    place.run(before=read_only)


def test_the_default_configuration_is_found_from_another_folder(tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    checkout = Project(REPOSITORY, "")
    text = checkout.snakemake("--dry-run", "--directory", str(folder), "constitutive_accuracy")
    assert "Dry run" in text or "dry-run" in text
    assert "results/default/constitutive/elastoplastic/seed0/accuracy.csv" in text


def test_the_published_scale_can_be_planned(tmp_path):
    published = Project(REPOSITORY, str(REPOSITORY / "config/paper.yaml"))
    text = published.snakemake("--dry-run", "--directory", str(tmp_path))
    jobs = dict(re.findall(r"^(\w+) +(\d+)$", text, re.MULTILINE))
    # 13 data sets, 2 networks, 3 seeds; 3 cases, 5 seeds.
    assert int(jobs["train_crabnet"]) == 13 * 2 * 3
    assert int(jobs["train_surrogate"]) == int(jobs["train_recurrent"]) == 3 * 5
    assert int(jobs["download_composition_table"]) == 12 * 3
