"""What every rule and script keeps to, and what no file of the project may hold."""

import re
import subprocess

import pytest
from tests.project import REPOSITORY

SCRIPTS = {p.stem: p for p in (REPOSITORY / "workflow/scripts").glob("[!_]*.py")}
CAPTIONS = {p.stem for p in (REPOSITORY / "workflow/report").glob("*.rst")}
TEXT = "\n".join(p.read_text() for p in sorted((REPOSITORY / "rules").glob("*.smk")))
RULES = {
    name: body
    for name, body in re.findall(r"^rule (\w+):\n((?:[ \n].*\n?|\n)*)", TEXT, re.MULTILINE)
    if "script:" in body
}


def test_every_script_has_its_rule_and_every_rule_its_script():
    assert set(RULES) == set(SCRIPTS)


@pytest.mark.parametrize("name", RULES)
def test_rule_is_complete(name):
    body = RULES[name]
    for directive in (
        "log",
        "benchmark",
        "conda",
        "threads",
        "resources",
        "params",
        "message",
        "script",
    ):
        assert f"    {directive}:" in body, directive
    for needed in (f'code=code("{name}.py")', f'libs=libs("{name}.py")', "mem_mb=", "runtime="):
        assert needed in body, needed
    assert f'"../workflow/scripts/{name}.py"' in body
    assert '"""' in body


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_is_thin_and_runs_as_a_job(name):
    text = SCRIPTS[name].read_text()
    assert len(text.splitlines()) <= 60
    assert "with job(snakemake) as run:" in text
    assert "snakemake.config" not in text


def test_every_caption_is_used():
    assert not [name for name in CAPTIONS - {"workflow"} if f'"{name}"' not in TEXT]


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
