"""A line of analysis needs its import and one field in the root model."""

import subprocess
import sys

import pytest
import yaml
from tests.project import REPOSITORY

from matxai.config import generated
from matxai.config.base import SettingsBlock
from matxai.config.generated import config_schema, config_yaml
from matxai.config.loading import ConfigError, load
from matxai.study import Study, line


class Toy(SettingsBlock):
    """Line `toy`: does a field suffice?"""

    size: int = 3


class StudyWithToy(Study):
    toy: Toy | None = line(Toy)


def test_a_field_makes_a_line():
    default = StudyWithToy.default()
    assert default.lines() == ("composition", "constitutive", "toy")
    assert default.toy == Toy()
    assert load(StudyWithToy, {"toy": {}}).lines() == ("toy",)
    with pytest.raises(ConfigError, match=r"toy\.sise = 4: unknown key\n.*\n.* toy\.size"):
        load(StudyWithToy, {"toy": {"sise": 4}})


def test_the_generated_files_follow():
    text = config_yaml(StudyWithToy.default())
    assert yaml.safe_load(text)["toy"] == {"size": 3}
    about = "Line `toy`: does a field suffice? No block, or null: the line is switched off"
    assert about in text
    assert about in config_schema(StudyWithToy)


def test_stale_files_are_named_and_rewritten(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(generated, "__file__", str(tmp_path / "src/matxai/config/generated.py"))
    files = [str(path) for path in generated.generated_files(Study.default())]
    for arguments, code, word in (([], 1, "out of date"), (["--fix"], 0, "rewritten")):
        monkeypatch.setattr(sys, "argv", ["study", *arguments])
        assert generated.main(Study.default()) == code
        lines = capsys.readouterr().out.splitlines()
        assert [line.split(":")[0] for line in lines] == files
        assert all(word in line for line in lines)
    monkeypatch.setattr(sys, "argv", ["study"])
    assert generated.main(Study.default()) == 0
    assert capsys.readouterr().out == ""


def test_the_command_finds_the_committed_files_current():
    command = [sys.executable, "-m", "matxai.study"]
    run = subprocess.run(
        command, cwd=REPOSITORY / "src", capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
