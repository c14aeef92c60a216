"""What every rule and script keeps to, and what no file of the project may hold."""

import re
import subprocess

import pytest
from tests.project import REPOSITORY

RULES = REPOSITORY / "rules"
LINES = sorted(folder.name for folder in RULES.iterdir() if folder.is_dir())
SCRIPTS = {
    f"{path.parent.name}/{path.stem}": path
    for path in (REPOSITORY / "workflow/scripts").glob("*/[!_]*.py")
}
TEXTS = {
    line: "\n".join(path.read_text() for path in sorted((RULES / line).glob("*.smk")))
    for line in LINES
}
BODIES = {
    f"{line}/{name}": body
    for line, text in TEXTS.items()
    for indent, name, body in re.findall(
        r"^( *)rule (\w+):\n((?:\1 .*\n?|\n)*)", text, re.MULTILINE
    )
}


def test_every_script_has_its_rule_and_every_rule_its_script():
    assert set(BODIES) == set(SCRIPTS)


@pytest.mark.parametrize("name", BODIES)
def test_rule_is_complete(name):
    body = BODIES[name]
    assert '"""' in body
    for directive in ("log", "benchmark", "conda", "params", "script"):
        assert f"    {directive}:" in body, directive
    assert f'**tracked("{name}.py")' in body
    assert f'script_file("{name}.py")' in body


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_is_thin_and_runs_as_a_job(name):
    text = SCRIPTS[name].read_text()
    assert len(text.splitlines()) <= 60
    assert "with job(snakemake) as run:" in text
    assert "snakemake.config" not in text


def test_names_of_one_line_cannot_reach_another():
    """All rule files share one namespace, and a wildcard constraint outside of a rule is global."""
    names = {
        line: set(re.findall(r"^(?:def )?(\w+)(?= =|\()", text, re.MULTILINE)) - {"gpus", "version"}
        for line, text in TEXTS.items()
    }
    for line in LINES:
        others = set().union(*(names[other] for other in LINES if other != line))
        assert not names[line] & others
        assert "wildcard_constraints" not in TEXTS[line]
    rules = [name.rpartition("/")[2] for name in BODIES]
    assert len(rules) == len(set(rules))


def test_every_caption_is_used():
    """A rule names its caption, or its file has the caption's name; either may be an f-string."""
    for line in LINES:
        quoted = re.findall(r'"([^"]+)"', TEXTS[line].replace('"""', ""))
        names = {re.sub(r"\{.*?\}", ".+", text.rpartition("/")[2].split(".")[0]) for text in quoted}
        captions = [path.stem for path in (REPOSITORY / "workflow/report" / line).glob("*.rst")]
        patterns = re.compile("|".join(name for name in names if re.fullmatch(r"\w[\w.+]*", name)))
        assert not [caption for caption in captions if not patterns.fullmatch(caption)]


def test_no_registry_host_and_no_path_of_a_machine():
    forbidden = ["py" + "pi.org", "python" + "hosted", "registry.npm" + "js", "deb.deb" + "ian"]
    forbidden += [f"/{folder}/" for folder in ("wo" + "rk", "ro" + "ot", "fa" + "rm")]
    if not (REPOSITORY / ".git").exists():
        pytest.skip("not a git checkout: which files belong to the project is unknown")
    done = subprocess.run(
        ["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    files = [REPOSITORY / name for name in done.stdout.splitlines()]
    for path in files:
        if path.is_file() and path.suffix != ".png":
            text = path.read_text(encoding="utf-8")
            assert not [word for word in forbidden if word in text], path
            assert len(text) < 1_000_000, path
