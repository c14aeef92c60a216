"""What follows from the settings of the line: element tables, files, names of what is shown."""

import pytest

from matxai.composition.settings.attention import Attention
from matxai.composition.settings.data import METAL, POWER_FACTOR, TransportSource, read_source
from matxai.composition.settings.line import Composition
from matxai.run.errors import InputError
from matxai.run.requests import gpus

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


def line(**settings):
    return Composition.from_plain({"datasets": DATASETS, **settings})


def test_no_more_compounds_are_shown_than_are_captured():
    def shown(**settings):
        return len(line(**settings).compounds_shown())

    assert shown(attention={"formulas": ["TiO2", "NaCl"]}) == 2
    assert shown(attention={"subset": 1}) == 1
    assert shown(attention={"subset": 50}, attention_figures={"compounds": 4}) == 4
    formulas = {"formulas": ["TiO2", "NaCl", "KBr", "LiF"]}
    assert shown(attention=formulas, attention_figures={"formulas": ["KBr"]}) == 1
    assert shown(attention_figures=formulas) == 4
    assert shown(attention=None) == 0


def test_networks_start_from_their_tables():
    assert line().element_tables() == ["mat2vec", "onehot", "magpie", "oliynyk", "jarvis"]
    own = line(networks=["crabnet"], network={"vectors": "magpie"})
    assert own.element_table("crabnet") == "magpie"


def test_files_of_each_source(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data/own").mkdir(parents=True)
    for part in ("train", "val", "test"):
        (tmp_path / f"data/own/{part}.csv").touch()
    datasets = line().datasets
    assert datasets["own"].files()["val"] == "data/own/val.csv"
    assert datasets["web"].files()["val"] == f"data/downloads/{'2' * 64}.csv"
    assert line().addresses() == {
        digit * 64: f"https://example.org/{part}.csv"
        for part, digit in (("train", "1"), ("val", "2"), ("test", "3"))
    }
    assert POWER_FACTOR.files() == {}
    assert POWER_FACTOR.axis["transform"] == "log10"
    assert line(datasets={"metal": METAL.plain()}).of_task("classification") == ["metal"]


def test_a_missing_part_of_a_folder_is_refused_when_its_files_are_asked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data/own").mkdir(parents=True)
    (tmp_path / "data/own/train.csv").touch()
    with pytest.raises(InputError, match="the val part is missing") as caught:
        line().datasets["own"].files()
    details = caught.value.details
    assert details["file"] == "data/own/val.csv"
    assert "columns formula,target" in details["expected"]
    assert "`path`" in details["fix"]


def test_preparation_is_handed_what_it_reads_and_no_label():
    read = POWER_FACTOR.read
    assert type(read) is TransportSource
    assert read_source(read.plain()) == read
    assert not {"label", "unit"} & set(read.plain())


def test_the_published_network_is_worth_a_gpu_and_a_small_one_is_not():
    published = line(network={"width": 512, "layers": 3, "feedforward": 2048, "head": [1024]})
    for settings, worth in ((published, 1), (line(), 0)):
        for size in (None, 128):
            training = settings.train.model_copy(update={"batch_size": size})
            assert gpus(training.typical_batch, settings.network.weights) == worth


def test_the_captured_compounds_are_named():
    assert Attention().words == "the validation part"
    assert Attention(part="test", subset=1000).words == "1,000 compounds of the test part"
    assert Attention(formulas=("TiO2", "NaCl")).words == "2 chosen compounds"


def test_each_map_of_correlations_has_a_title():
    correlation = line(correlation={"ranges": ["full", "uranium"], "orders": ["group"]}).correlation
    titles = {"full_group": "full, by group", "uranium_group": "up to U, by group"}
    assert correlation.maps == titles


def test_umaps_are_of_elements_and_layers():
    assert line(local_umap=None).umap_figures() == {"global": ["layer1", "layer2"]}
    asked = line(
        local_umap={"elements": ["Fe"]}, network={"layers": 1}, correlation={"vectors": []}
    )
    assert asked.umap_figures() == {"local": ["Fe"], "global": ["layer1"]}
    assert line(local_umap=None, global_umap=None).umap_figures() == {}
