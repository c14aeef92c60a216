"""Paths of results and the named targets, written out for small configurations."""

import subprocess
import sys

import pytest

from matxai.composition.plan import Plan
from matxai.composition.settings.line import Composition
from matxai.run.errors import InputError

DATASETS = {
    "own": {"source": "folder", "path": "data/own", "label": "Hardness", "unit": "GPa"},
    "web": {
        "source": "download",
        **{
            part: {"url": f"https://example.org/{part}.csv", "sha256": digit * 64}
            for part, digit in (("train", "1"), ("val", "2"), ("test", "3"))
        },
    },
}


def plan(**settings):
    values = {"datasets": DATASETS, "seeds": [0], **settings}
    return Plan(Composition.from_plain(values), "results/x/composition")


def test_every_dataset_network_and_seed_has_its_folder():
    found = plan(seeds=[0, 7]).networks
    assert len(found) == len(set(found)) == 8
    assert "results/x/composition/own/hotcrab/seed7" in found


def test_targets_ask_for_each_once():
    targets = plan(
        correlation={"ranges": ["full"], "vectors": ["embedded", "layer2.key"]}
    ).targets()
    assert len(targets["composition_parity"]) == 4
    maps = targets["composition_correlation"]
    assert len(maps) == len(set(maps)) == 2 * (4 + 2 * 2 * 2)
    assert "results/x/composition/web/crabnet/seed0/correlation/layer2.key/full_group.svg" in maps
    assert "results/x/composition/datasets.svg" in targets["composition_statistics"]
    oxidation = targets["composition_oxidation"]
    assert "results/x/composition/web/oxidation.csv" in oxidation
    assert sum(path.endswith(".svg") for path in oxidation) == 3


def test_attention_is_asked_for_unless_it_is_switched_off():
    found = plan().targets()["composition_attention"]
    assert sum(path.endswith("/attention_summary.csv") for path in found) == 4
    assert plan().attention_file("a") == {"attention": "a/attention.zarr.zip"}
    off = plan(attention=None)
    for name in ("attention", "attention_videos", "attention_pages"):
        assert off.targets()[f"composition_{name}"] == []
    assert off.attention_file("a") == {}


def test_each_compound_shown_has_its_figure_video_and_page():
    targets = plan().targets()
    folder = "results/x/composition/own/hotcrab/seed0/attention"
    assert len(targets["composition_attention"]) == 4 * (1 + 3 + 1)
    assert len(targets["composition_attention_videos"]) == 4 * 3
    assert len(targets["composition_attention_pages"]) == 4 * (3 + 1)
    assert f"{folder}/compound3.mp4" in targets["composition_attention_videos"]
    assert f"{folder}/elements.html" in targets["composition_attention_pages"]
    assert f"{folder}/elements.svg" in targets["composition_attention"]


def test_no_more_compounds_are_shown_than_are_captured():
    def shown(**settings):
        return len(plan(**settings).attention_views())

    assert shown(attention={"formulas": ["TiO2", "NaCl"]}) == 2
    assert shown(attention={"subset": 1}) == 1
    assert shown(attention={"subset": 50}, attention_views={"compounds": 4}) == 4
    formulas = {"formulas": ["TiO2", "NaCl", "KBr", "LiF"]}
    assert shown(attention=formulas, attention_views={"formulas": ["KBr"]}) == 1
    assert shown(attention_views=formulas) == 4


def test_networks_start_from_their_tables():
    assert plan().starts() == [
        "results/x/composition/elements/vectors/mat2vec.csv",
        "results/x/composition/elements/vectors/onehot.csv",
    ]
    own = plan(networks=["crabnet"], network={"vectors": "magpie"})
    assert own.starts() == ["results/x/composition/elements/vectors/magpie.csv"]


def test_files_of_each_source(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data/own").mkdir(parents=True)
    for part in ("train", "val", "test"):
        (tmp_path / f"data/own/{part}.csv").touch()
    assert plan().raw_files("own")["val"] == "data/own/val.csv"
    assert plan().raw_files("web")["val"] == f"data/downloads/{'2' * 64}.csv"
    assert plan().downloads() == {
        digit * 64: f"https://example.org/{part}.csv"
        for part, digit in (("train", "1"), ("val", "2"), ("test", "3"))
    }
    embedded = Plan(Composition(), "r")
    assert embedded.raw_files("power_factor") == {}
    assert embedded.downloads() == {}
    assert embedded.target("power_factor")["transform"] == "log10"


def test_the_published_network_is_worth_a_gpu_and_a_small_one_is_not():
    published = {"width": 512, "layers": 3, "feedforward": 2048}
    for batch_size in (128, None):
        assert plan(network=published, train={"batch_size": batch_size}).gpus() == 1
    assert plan().gpus() == 0


def test_a_missing_part_of_a_folder_is_refused_when_its_files_are_asked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data/own").mkdir(parents=True)
    (tmp_path / "data/own/train.csv").touch()
    with pytest.raises(InputError, match="the val part is missing") as caught:
        plan().raw_files("own")
    details = caught.value.details
    assert details["file"] == "data/own/val.csv"
    assert "columns formula,target" in details["expected"]
    assert "`path`" in details["fix"]


def test_reading_the_rules_imports_no_heavy_package():
    heavy = ("pandas", "pymatgen", "torch", "sklearn", "matplotlib")
    program = (
        "import sys, matxai.composition.plan, matxai.config.loading; "
        f"print(*(name for name in {heavy} if name in sys.modules))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert loaded.stdout.split() == []


def test_the_captured_compounds_are_named():
    name = lambda **asked: plan(attention=asked).captured()  # noqa: E731
    assert name() == "the validation part"
    assert name(part="test", subset=1000) == "1,000 compounds of the test part"
    assert name(formulas=["TiO2", "NaCl"]) == "2 chosen compounds"
    assert plan(attention=None).captured() == ""


def test_faithfulness_is_asked_for_unless_it_is_switched_off():
    found = plan().targets()["composition_faithfulness"]
    assert len(found) == 4
    assert "results/x/composition/own/hotcrab/seed0/faithfulness/agreement.svg" in found
    assert plan(faithfulness=None).targets()["composition_faithfulness"] == []


def test_each_view_of_correlations_has_a_title():
    asked = {"ranges": ["full", "uranium"], "orders": ["group"]}
    views = {"full_group": "full, by group", "uranium_group": "up to U, by group"}
    assert plan(correlation=asked).views == views
