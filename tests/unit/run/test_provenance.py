"""A digest changes exactly when a module that the script reaches by import changes."""

from __future__ import annotations

import ast
import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.project import REPOSITORY

from matxai.run.errors import InputError
from matxai.run.provenance import code_digest, library_versions
from matxai.run.provenance.imports import SCRIPT, find, reached_modules, read_node
from matxai.run.provenance.modules import read_module

BASE = {
    "scripts/train.py": "from lib.model import fit\nfit(1)\n",
    "scripts/plot.py": "import lib.figures as figures\nfigures.draw()\n",
    "src/lib/__init__.py": "",
    "src/lib/model.py": (
        '"""Models."""\n'
        "from __future__ import annotations\n"
        "from lib.numbers import RATE, unused\n\n\n"
        "def fit(x):\n"
        '    """Fit."""\n'
        "    return _step(x) * RATE  # gently\n\n\n"
        "def _step(x):\n    return x + 1\n\n\n"
        "def forgotten():\n    return unused()\n"
    ),
    "src/lib/numbers.py": "RATE = 0.1\nOTHER = 2\n\n\ndef unused():\n    return OTHER\n",
    "src/lib/figures.py": "def draw():\n    return 'a figure'\n",
}


class Project:
    """A project of a few files in a temporary folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, text in BASE.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def digest(self, script: str = "train", cache: Path | None = None) -> str:
        new_process()
        return code_digest(self.folder / f"scripts/{script}.py", [self.folder / "src"], cache)

    def digests(self) -> dict[str, str]:
        return {name: self.digest(name) for name in ("train", "plot")}

    def libraries(self, script: str = "train") -> dict[str, str]:
        new_process()
        return library_versions(self.folder / f"scripts/{script}.py", [self.folder / "src"])

    def reached(self, script: str = "train") -> set[str]:
        new_process()
        return {*reached_modules(self.folder / f"scripts/{script}.py", [self.folder / "src"])}


def new_process() -> None:
    """Forget the files read so far, as another process would not know them."""
    for memory in (find, read_node, read_module):
        memory.cache_clear()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("src/lib/model.py", "# gently", "# harshly"),
        ("src/lib/model.py", '"""Fit."""', '"""Fit the model."""'),
        ("src/lib/model.py", '    """Fit."""\n', ""),
        ("src/lib/model.py", '"""Models."""\n', "# no docstring\n\n\n"),
        ("src/lib/model.py", "return _step(x) * RATE", "return (\n        _step(x) * RATE\n    )"),
        ("src/lib/model.py", "def _step", '"""Text that stands alone."""\n\n\ndef _step'),
        ("src/lib/figures.py", "a figure", "another figure"),
    ],
)
def test_what_does_not_run_keeps_the_digest(
    project: Project, file: str, old: str, new: str
) -> None:
    before = project.digest("train")
    project.edit(file, old, new)
    assert project.digest("train") == before


@pytest.mark.parametrize(
    ("file", "old", "new", "changed"),
    [
        ("src/lib/model.py", "x + 1", "x + 2", {"train"}),
        ("src/lib/model.py", "return unused()", "return 5", {"train"}),
        ("src/lib/model.py", "def forgotten", "def new():\n    pass\n\n\ndef forgotten", {"train"}),
        ("src/lib/numbers.py", "RATE = 0.1", "RATE = 0.2", {"train"}),
        ("src/lib/numbers.py", "OTHER = 2", "OTHER = 3", {"train"}),
        ("src/lib/model.py", "import RATE", "import OTHER as RATE", {"train"}),
        ("src/lib/model.py", "def fit(x):", "def fit(x, y=0):", {"train"}),
        ("src/lib/figures.py", "a figure", "another figure", {"plot"}),
        ("scripts/train.py", "fit(1)", "fit(2)", {"train"}),
        ("src/lib/__init__.py", "", "print('imported')\n", {"train", "plot"}),
    ],
)
def test_a_change_reaches_exactly_its_users(
    project: Project, file: str, old: str, new: str, changed: set[str]
) -> None:
    before = project.digests()
    project.edit(file, old, new)
    after = project.digests()
    assert {name for name in before if before[name] != after[name]} == changed


PART = "def f():\n    return 1\n\ndef idle():\n    return 'idle'\n"


@pytest.mark.parametrize(
    "script",
    [
        "from lib.part import f\nf()\n",
        "from lib.part import f as g\ng()\n",
        "from lib.part import *\nf()\n",
        "from lib import part\npart.f()\n",
        "from lib import part\ngetattr(part, 'f')()\n",
        "import lib.part\nlib.part.f()\n",
        "import lib.part as p\np.f()\n",
        "import lib.part as p\nprint(p)\n",
        "import os, lib.part\n",
        "import lib\nprint(lib.part)\nimport lib.part\n",
        "def main():\n    from lib.part import f\n    return f()\n\nmain()\n",
        "class A:\n    from lib.part import f\n",
        "try:\n    from lib.part import f\nexcept ImportError:\n    f = None\n",
        "if 1 > 2:\n    pass\nelse:\n    import lib.part\n",
        "import beside\n",
        "from lib.star import f\n",
        "from lib.everything import *\n",
        "from lib.through import f\nf()\n",
        "from lib.sub import g\ng()\n",
        "import lib.sub.unrelated\n",
        "from lib.plain.inner import f\n",
    ],
)
def test_a_module_is_reached_through(project: Project, script: str) -> None:
    project.write("src/lib/part.py", PART)
    project.write("scripts/beside.py", "import lib.part\n")
    project.write("src/lib/star.py", "from lib.part import *\n")
    project.write("src/lib/everything/__init__.py", "__all__ = ['inner']\n")
    project.write("src/lib/everything/inner.py", "from ..part import f\n")
    project.write("src/lib/through.py", "import lib.part as p\n\ndef f():\n    return vars(p)\n")
    project.write("src/lib/sub/__init__.py", "from .inner import f as g\n")
    project.write("src/lib/sub/inner.py", "from . import deep\nf = deep.d\n")
    project.write("src/lib/sub/deep.py", "def d():\n    from .. import part\n    return part.f()\n")
    project.write("src/lib/sub/unrelated.py", "")
    project.write("src/lib/plain/inner.py", "from ..part import f\n")  # without an __init__
    project.write("scripts/train.py", script)
    before = project.digest()
    project.edit("src/lib/figures.py", "a figure", "another figure")
    assert project.digest() == before
    project.edit("src/lib/part.py", "'idle'", "'idler'")
    assert project.digest() != before
    assert "lib.figures" not in project.reached()


def test_the_reached_modules_are_those_imported_and_the_packages_on_the_way(
    project: Project,
) -> None:
    assert project.reached("train") == {SCRIPT, "lib", "lib.model", "lib.numbers"}
    assert project.reached("plot") == {SCRIPT, "lib", "lib.figures"}


def test_what_a_librarys_name_stands_for_counts(project: Project) -> None:
    project.edit("src/lib/numbers.py", "OTHER = 2", "from math import floor as OTHER")
    before = project.digest()
    project.edit("src/lib/numbers.py", "floor as", "ceil as")
    assert project.digest() != before


def test_a_relative_import_that_leads_nowhere_is_refused(project: Project) -> None:
    project.edit("src/lib/model.py", "from lib.numbers", "from ...numbers")
    with pytest.raises(InputError, match=r"(?s)leads nowhere.*model\.py"):
        project.digest()


def test_what_only_a_type_checker_reads_is_ignored(project: Project) -> None:
    project.edit(
        "src/lib/model.py",
        "from lib.numbers",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pandas\n"
        "    from lib.figures import draw\nfrom lib.numbers",
    )
    project.edit("src/lib/model.py", "def fit(x):", "def fit(x: draw):")
    before = project.digest()
    project.edit("src/lib/figures.py", "a figure", "another figure")
    project.edit("src/lib/model.py", "import pandas", "import scipy")
    assert project.digest() == before
    assert project.libraries() == {}


def test_the_description_of_a_setting_is_documentation(project: Project) -> None:
    setting = "from pydantic import Field\nRATE = Field({}, description='{}')\n"
    project.write("src/lib/numbers.py", setting.format(1, "slow") + "\n\ndef unused(): pass\n")
    before = project.digest()
    project.edit("src/lib/numbers.py", "slow", "slowly")
    assert project.digest() == before
    project.edit("src/lib/numbers.py", "Field(1", "Field(2")
    assert project.digest() != before


def test_the_else_branch_of_type_checking_does_run(project: Project) -> None:
    project.write("src/lib/rate.py", "RATE = 0.3\n")
    project.edit(
        "src/lib/model.py",
        "from lib.numbers import RATE, unused",
        "import typing\nif typing.TYPE_CHECKING:\n    RATE: float\nelse:\n"
        "    from lib.rate import RATE",
    )
    before = project.digest()
    project.edit("src/lib/numbers.py", "0.1", "0.2")
    assert project.digest() == before
    project.edit("src/lib/rate.py", "0.3", "0.4")
    assert project.digest() != before


def test_touching_and_moving_the_project_changes_nothing(project: Project, tmp_path: Path) -> None:
    before = project.digests()
    for path in project.folder.rglob("*.py"):
        os.utime(path, (1, 1))
    assert project.digests() == before
    assert Project(tmp_path / "elsewhere").digests() == before


def test_cyclic_imports_end(project: Project) -> None:
    project.write("src/lib/a.py", "from lib import b\n\ndef f():\n    return b.g()\n")
    project.write("src/lib/b.py", "from . import a, b\n\ndef g():\n    return a.f(), b.g\n")
    project.write("scripts/train.py", "from lib.a import f\nf()\n")
    before = project.digest()
    project.edit("src/lib/b.py", "a.f()", "a.f(), 1")
    assert project.digest() != before


def test_declared_data_files_count_by_content(project: Project) -> None:
    project.edit("src/lib/numbers.py", "RATE = 0.1", 'DATA_FILES = ("rates.yml",)\nRATE = 0.1')
    project.write("src/lib/rates.yml", "rate: 1\n")
    before = project.digests()
    project.write("src/lib/rates.yml", "rate: 2\n")
    after = project.digests()
    assert (after["train"] != before["train"], after["plot"] == before["plot"]) == (True, True)
    (project.folder / "src/lib/rates.yml").unlink()
    with pytest.raises(InputError, match=r"(?s)cannot be read.*numbers\.py.*rates\.yml"):
        project.digest()


@pytest.mark.parametrize(
    "line",
    [
        "DATA_FILES = ['a.yml']",
        "DATA_FILES: tuple[str, ...] = ('a.yml',)",
        "DATA_FILES = ('b.yml',)\nDATA_FILES += ('a.yml',)",
    ],
)
def test_data_files_may_be_declared_in_several_ways(project: Project, line: str) -> None:
    project.edit("src/lib/numbers.py", "OTHER = 2", f"OTHER = 2\n{line}")
    project.write("src/lib/a.yml", "1")
    project.write("src/lib/b.yml", "1")
    before = project.digest()
    project.write("src/lib/a.yml", "2")
    assert project.digest() != before


@pytest.mark.parametrize("value", ["(NAME,)", "'rates.yml'", "(1,)"])
def test_data_files_that_are_no_literal_names_are_refused(project: Project, value: str) -> None:
    project.edit("src/lib/numbers.py", "OTHER = 2", f"OTHER = 2\nDATA_FILES = {value}")
    with pytest.raises(InputError, match=r"(?s)not a literal tuple.*numbers\.py.*line 3"):
        project.digest()


@pytest.mark.parametrize(
    "line",
    [
        "import importlib\nX = importlib.import_module('lib.numbers')",
        "from importlib import import_module as load",
        "X = __import__('lib.numbers')",
    ],
)
def test_imports_by_string_are_refused(project: Project, line: str) -> None:
    project.edit("src/lib/model.py", "def forgotten", f"{line}\n\n\ndef forgotten")
    last = 15 + line.count("\n")
    with pytest.raises(InputError, match=rf"(?s)by string.*model\.py.*line {last}"):
        project.digest()
    project.digest("plot")


def test_broken_code_is_named(project: Project) -> None:
    project.edit("src/lib/numbers.py", "OTHER = 2", "OTHER = = 2")
    with pytest.raises(InputError, match=r"(?s)Not valid Python.*numbers\.py.*line 2"):
        project.digest()


@pytest.mark.parametrize("damage", ["{broken", "", "[]", '{"digest": "a"}', "\xff"])
def test_the_cache_changes_speed_only(project: Project, tmp_path: Path, damage: str) -> None:
    cache = tmp_path / "cache"
    plain = project.digest()
    assert project.digest(cache=cache) == plain
    files = sorted(cache.iterdir())
    assert len(files) == 4  # script, lib, model, numbers
    assert project.digest(cache=cache) == plain
    for file in files:
        file.write_text(damage, encoding="latin-1")
    assert project.digest(cache=cache) == plain
    project.edit("src/lib/model.py", "x + 1", "x + 2")
    assert project.digest(cache=cache) == project.digest() != plain


def test_each_file_is_parsed_once_per_process_and_with_a_cache_once_at_all(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = []
    parse = ast.parse
    monkeypatch.setattr(ast, "parse", lambda source: parsed.append(source) or parse(source))
    project.write("scripts/plot.py", "import lib.model\n")
    scripts = [project.folder / f"scripts/{name}.py" for name in ("train", "plot")]
    new_process()
    for script in scripts:
        code_digest(script, [project.folder / "src"], tmp_path / "cache")
        library_versions(script, [project.folder / "src"], tmp_path / "cache")
    assert len(parsed) == len(set(parsed)) == 5  # two scripts, lib, model, numbers
    project.digest(cache=tmp_path / "cache")
    assert len(parsed) == 5


def test_libraries_are_those_the_closure_imports(project: Project) -> None:
    project.edit("src/lib/numbers.py", "RATE", "import os\nimport yaml\nimport PIL.Image\nRATE")
    project.edit("src/lib/model.py", "return unused()", "import scipy\n    return scipy")
    project.edit("src/lib/figures.py", "def draw():", "def draw():\n    import numpy as np")
    version = importlib.metadata.version
    assert project.libraries("train") == {
        "pillow": version("pillow"),
        "pyyaml": version("pyyaml"),
        "scipy": version("scipy"),
    }
    assert project.libraries("plot") == {"numpy": version("numpy")}


def test_a_missing_library_is_listed_as_absent(project: Project) -> None:
    project.edit("src/lib/figures.py", "def draw", "import no_such_library.part\n\n\ndef draw")
    assert project.libraries("plot") == {"no_such_library": "not installed"}


TRAINING = sorted((REPOSITORY / "workflow/scripts").glob("*/train_*.py"))
ANALYSES = (
    "composition/settings/analyses.py",
    "composition/figures/*.py",
    "constitutive/settings/explain.py",
    "constitutive/figures/*.py",
)


@pytest.mark.parametrize("script", TRAINING, ids=lambda script: script.stem)
def test_an_edit_in_settings_or_figures_of_an_analysis_retrains_nothing(script: Path) -> None:
    source = REPOSITORY / "src"
    reached = {find(name, (source,)) for name in reached_modules(script, [source])}
    for pattern in ANALYSES:
        modules = set((source / "matxai").glob(pattern))
        assert modules  # the pattern still names something
        assert not modules & reached
    assert source / "matxai/learning/loop.py" in reached


def test_nothing_heavy_is_imported_to_digest() -> None:
    command = "import sys, matxai.run.provenance; print(*sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "src")}
    modules = subprocess.run(
        [sys.executable, "-c", command], env=environment, capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"numpy", "pandas", "pydantic", "torch", "yaml"} & {*modules}
