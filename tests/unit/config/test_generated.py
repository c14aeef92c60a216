"""config.yaml and its schema are what the settings models say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml
from tests.project import REPOSITORY

from matxai.composition.settings.line import Composition
from matxai.config.base import SettingsBlock
from matxai.config.generated import config_schema, config_yaml, generated_files
from matxai.config.loading import load
from matxai.constitutive.laws import LAWS
from matxai.constitutive.settings.line import Constitutive
from matxai.study import Study

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize("path", list(generated_files(Study.default())), ids=str)
def test_generated_files_are_current(path):
    current = (REPOSITORY / path).read_text(encoding="utf-8")
    assert current == generated_files(Study.default())[path], (
        "python -m matxai.study --fix rewrites it"
    )


def test_config_yaml_states_exactly_the_defaults():
    assert load(Study, REPOSITORY / "config.yaml") == Study.default()
    assert yaml.safe_load(config_yaml(Study.default())) == Study.default().plain()


def _key_lines(node: yaml.Node) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key.value, key.start_mark.line
            yield from _key_lines(value)


def _keys(values: Any) -> Iterator[str]:
    if isinstance(values, dict):
        for key, value in values.items():
            yield key
            yield from _keys(value)


def blocks(block: SettingsBlock, path: str = "") -> Iterator[tuple[str, SettingsBlock]]:
    for name, value in block:
        if isinstance(value, SettingsBlock):
            yield f"{path}{name}", value
            yield from blocks(value, f"{path}{name}.")


def test_a_block_given_in_part_has_the_defaults_that_config_yaml_shows():
    found = dict(blocks(Study.default()))
    assert len(found) > 10
    for name, shown in found.items():
        assert type(shown)() == shown, name


def comments(lines: list[str]) -> str:
    return " ".join(line.strip(" #") for line in lines if line.strip().startswith("#"))


def test_every_key_has_a_comment_above_it():
    lines = config_yaml(Study.default()).splitlines()
    keys = list(_key_lines(yaml.compose(config_yaml(Study.default()))))
    assert [key for key, _ in keys] == list(_keys(Study.default().plain()))
    described_together = {name for law in LAWS.values() for name in law.parameters}
    for key, line in keys:
        if key in described_together:
            assert f"{key} " in comments(lines), key
            continue
        above = lines[line - 1].strip()
        assert above.startswith("#"), key
        assert len(above) > 10, key
    assert max(map(len, lines)) <= 100


def test_choices_stand_in_the_comment():
    text = comments(config_yaml(Study.default()).splitlines())
    assert "One of: keep, drop, only." in text
    assert "Any of: crabnet, hotcrab." in text
    assert "Any of: strain, prev_strain," in text


def test_the_examples_in_the_comments_are_valid():
    examples = Composition.model_fields["datasets"].examples
    assert examples
    sources = set()
    for example in examples:
        datasets = Composition.from_plain({"datasets": example}).datasets
        sources |= {dataset.source for dataset in datasets.values()}
        for line in yaml.safe_dump(example).splitlines():
            assert line.strip() in config_yaml(Study.default())
    assert sources == {"folder", "download"}
    for example in Constitutive.model_fields["cases"].examples or ():
        assert Constitutive.from_plain({"cases": example})


@pytest.mark.parametrize(
    "file", [REPOSITORY / "config.yaml", *(REPOSITORY / "config").glob("*.yaml")], ids=str
)
def test_the_schema_accepts_every_run_and_refuses_what_load_refuses(file):
    validator = jsonschema.Draft202012Validator(yaml.safe_load(config_schema(Study)))
    values = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert list(validator.iter_errors(values)) == []
    assert load(Study, file).study
    for wrong in ({"epochs": 0}, {"epohcs": 1}, {"loss": "l3"}):
        values["composition"]["train"] = wrong
        assert not validator.is_valid(values)
