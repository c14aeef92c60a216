"""The configuration: what is accepted, and what the error says about the rest."""

from __future__ import annotations

import json
from typing import Any

import pytest
from snakemake.common.configfile import load_configfile
from tests.project import REPOSITORY

from matxai.composition.settings.analyses import Correlation
from matxai.composition.settings.data import (
    POWER_FACTOR,
    CompositionFolder,
    Transport,
    read_source,
)
from matxai.config.loading import ConfigError, load
from matxai.study import Study


def composition(**block: Any) -> dict[str, Any]:
    return {"composition": block}


def message(values: dict[str, Any]) -> str:
    with pytest.raises(ConfigError) as caught:
        load(Study, values, files=["my.yaml"])
    return str(caught.value)


def test_omitted_keys_have_typed_defaults():
    settings = load(Study, composition(train={"epochs": 3}))
    assert settings.composition is not None
    assert settings.composition.train.epochs == 3
    assert settings.composition.train.jitter == 0.02
    assert settings.composition.network == Study.default().composition.network  # type: ignore[union-attr]
    assert settings.lines() == ("composition",)


def test_a_files_data_sets_replace_the_default_one():
    own = {"mine": {"source": "folder", "path": "data/mine"}}
    settings = load(Study, composition(datasets=own))
    assert settings.composition is not None
    assert settings.composition.datasets == {
        "mine": CompositionFolder(source="folder", path="data/mine")
    }


@pytest.mark.parametrize("values", [{}, {"study": "x"}, {"composition": None}])
def test_a_line_is_off_unless_it_has_a_block(values):
    assert "every line is switched off: add at least one, e.g. `composition: {}`" in message(values)


def test_smoke_is_a_small_run_of_the_same_chain():
    smoke = load(Study, REPOSITORY / "config/smoke.yaml")
    default = Study.default().composition
    assert smoke.study == "smoke"
    assert smoke.composition is not None
    assert default is not None
    assert smoke.composition.datasets.keys() == default.datasets.keys()
    for name, data in smoke.composition.datasets.items():
        assert isinstance(data, Transport)
        smaller = {"subset": data.subset, "test": data.test}
        assert data == default.datasets[name].model_copy(update=smaller)
        assert data.subset is not None
        assert data.subset <= 500
        assert data.test is not None
        assert data.test <= 500
    assert smoke.composition.train.epochs <= 3
    assert smoke.composition.seeds == (0,)


def test_what_snakemake_reads_is_accepted(tmp_path):
    path = tmp_path / "my.yaml"
    path.write_text("study: 2024-01-01\ncomposition: {train: {learning_rate: 1e-3, jitter: 0}}\n")
    merged = load_configfile(path)
    assert merged["composition"]["train"]["learning_rate"] == "1e-3"  # YAML 1.1 takes it for text
    settings = load(Study, merged, files=[path])
    assert settings == load(Study, path)
    assert settings.study == "2024-01-01"
    assert settings.composition is not None
    assert settings.composition.train.learning_rate == 0.001
    assert settings.composition.train.jitter == 0.0


def test_values_on_the_command_line_have_their_types():
    texts = {"train": {"epochs": "9", "learning_rate": "1e-4"}, "seeds": ["1", "2"]}
    given = {"study": "7", "composition": texts}  # Snakemake's own reading of --config
    merged = {"study": "7", "composition": texts | {"networks": ["hotcrab"]}}
    block = load(Study, merged, command_line=given).composition
    assert block is not None
    assert (block.train.epochs, block.train.learning_rate) == (9, 1e-4)
    assert (block.seeds, block.networks) == ((1, 2), ("hotcrab",))
    with pytest.raises(ConfigError, match='epochs = "9"'):
        load(Study, merged)


def test_plain_values_survive_a_round_trip_through_json():
    block = Correlation(vectors=("embedded", "layer1.query"), orders=("group",))
    values = block.plain()
    assert values == json.loads(json.dumps(values))
    assert values["vectors"] == ["embedded", "layer1.query"]
    assert Correlation.from_plain(values) == block
    own = CompositionFolder(source="folder", path="data/mine", unit="GPa")
    assert [read_source(data.read.plain()) for data in (POWER_FACTOR, own)] == [
        POWER_FACTOR.read,
        own.read,
    ]


@pytest.mark.parametrize(
    ("written", "nearest"),
    [
        (composition(train={"learning_rte": 0.1}), "composition.train.learning_rate"),
        (composition(epochs=3), "composition.train.epochs"),
        ({"composition": {}, "epochs": 3}, "composition.train.epochs"),
        (composition(sseds=[1]), "composition.seeds"),
        (
            composition(datasets={"a": {"source": "folder", "path": "x", "lable": "y"}}),
            "composition.datasets.a.label",
        ),
        (composition(sha256="0"), "composition.datasets.<name>.train.sha256"),
    ],
)
def test_an_unknown_key_names_the_nearest_known_one(written, nearest):
    text = message(written)
    assert "unknown key" in text
    assert f"nearest known key: {nearest}\n" in text
    assert f"fix: write `{nearest}` instead" in text


def test_an_unknown_key_that_resembles_nothing_lists_what_is_allowed():
    text = message(composition(prepare={"zzz": 1}))
    assert "composition.prepare.zzz = 1: unknown key" in text
    assert "allowed here: drop_unary, strict" in text
    assert "nearest" not in text


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (composition(train={"epochs": 0}), ["train.epochs = 0", "at least 1", "`epochs: 50`"]),
        (composition(train={"epochs": 3.0}), ["train.epochs = 3.0", "a whole number"]),
        (composition(train={"epochs": True}), ["train.epochs = true", "a whole number"]),
        (composition(train={"epochs": "many"}), ['epochs = "many"', "without quotes and unit"]),
        (composition(train={"jitter": float("nan")}), ["jitter = NaN", "a finite number"]),
        (composition(train={"learning_rate": float("inf")}), ["a finite number above 0"]),
        (composition(train={"learning_rate": "1e-3 "}), ['learning_rate = "1e-3 "']),
        (composition(prepare={"strict": 1}), ["prepare.strict = 1", "true or false"]),
        (composition(networks=["crab"]), ['networks[0] = "crab"', "one of crabnet, hotcrab"]),
        (composition(networks="crabnet"), ['a list: `networks: ["crabnet"]`']),
        (composition(networks=[]), ["networks = []", "or more: 1"]),
        (composition(seeds=[1, 2, 1]), ["composition.seeds: ", "delete the repeats of 1"]),
        (composition(seeds=[-1]), ["seeds[0] = -1", "at least 0"]),
        (composition(network={"width": 511}), ["width = 511", "multiple of 2"]),
        (composition(network={"width": 510}), ["composition.network: width must be a multiple"]),
        (composition(element_vectors={"elements": [False]}), ["elements[0] = false", "quotes"]),
        (composition(element_vectors={"elements": ["Xx"]}), ["elements[0]: Xx is no element"]),
        (composition(local_umap={"elements": ["Fe", "Rf"]}), ["elements[1]: Rf is no element"]),
        (composition(correlation={"vectors": ["layer0.query"]}), ['[0] = "layer0.query"', "or"]),
        (composition(correlation={"vectors": ["layer4.key"]}), ["network.layers is 2"]),
        (composition(datasets={}), ["composition.datasets = {}"]),
        (composition(datasets={"a/b": {"source": "folder", "path": "x"}}), ["'a/b'", "folder"]),
        (composition(datasets={"a": {"source": "foldr"}}), ["a.source", "one of download, folder"]),
        (composition(datasets={"a": {"path": "x"}}), ["a.source is missing", "`source: `"]),
        (composition(datasets={"a": {"source": "folder"}}), ["a.path is missing", "`path: ...`"]),
        (composition(datasets={"a": {"source": "folder", "path": ""}}), ["not empty"]),
        (
            composition(datasets={"a": {"source": "transport", "split": {"train": 0.9}}}),
            ["composition.datasets.a.split: train + val + test is 1.2"],
        ),
        (
            composition(datasets={"a": {"source": "transport", "subset": 1}}),
            ["a.subset = 1", "at least 2", "or null"],
        ),
        ({"composition": {}, "study": 2024}, ["study = 2024", 'quotes around it: "2024"']),
        ({"composition": {}, "study": "../x"}, ['study = "../x"', "Letters, digits"]),
        ({"composition": {}, "study": "x."}, ['study = "x."', "Letters, digits"]),
        ({"composition": 3}, ["composition = 3", "indent its keys below it"]),
        (composition(train=None), ["composition.train = null", "leave it out"]),
    ],
)
def test_a_bad_value_is_named_with_what_is_allowed_and_the_fix(written, expected):
    text = message(written)
    assert text.startswith("my.yaml (or --config): 1 problem\n")
    for part in expected:
        assert part in text
    assert "pydantic" not in text.lower()


@pytest.mark.parametrize(
    ("part", "key", "value"), [("train", "url", "ftp://x"), ("val", "sha256", "A" * 64)]
)
def test_a_download_needs_a_web_address_and_a_digest(part, key, value):
    file = {"url": "https://example.org/x.csv", "sha256": "0" * 64}
    source: dict[str, Any] = {"source": "download", "train": file, "val": file, "test": file}
    assert load(Study, composition(datasets={"web": source})).lines() == ("composition",)
    text = message(composition(datasets={"web": source | {part: file | {key: value}}}))
    assert f"composition.datasets.web.{part}.{key} = " in text


def test_all_problems_are_listed_at_once():
    text = message({"study": 1, "composition": {"train": {"epochs": 0, "jiter": 0}, "seeds": []}})
    assert text.startswith("my.yaml (or --config): 4 problems\n")
    for key in ("study", "train.epochs", "train.jiter", "seeds"):
        assert key in text


def test_a_repeated_key_is_refused_with_both_lines(tmp_path):
    path = tmp_path / "my.yaml"
    path.write_text("composition:\n  seeds: [0]\n  train: {}\n  seeds: [1]\n")
    with pytest.raises(ConfigError, match=r"composition\.seeds: stands on line 2 and again on li"):
        load(Study, path)
    with pytest.raises(ConfigError, match="again on line 4"):
        load(Study, load_configfile(path), files=[path])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a:\n\tb: 1\n", "not valid YAML.*line 2"),
        ("- 1\n", "expected `key: value` lines"),
        ("", "every line is switched off"),
        (None, "no such file"),
    ],
)
def test_an_unreadable_file_is_named(tmp_path, text, expected):
    path = tmp_path / "my.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ConfigError, match=f"(?s)my.yaml.*{expected}"):
        load(Study, path)
