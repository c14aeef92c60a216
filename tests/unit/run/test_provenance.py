"""A digest changes exactly when code that the script can reach changes."""

from __future__ import annotations

import importlib.metadata
import os
from pathlib import Path

import pytest

from matxai.run.errors import InputError
from matxai.run.provenance import code_digest, library_versions
from matxai.run.provenance.closure import Closure

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
        return code_digest(self.folder / f"scripts/{script}.py", [self.folder / "src"], cache)

    def digests(self) -> dict[str, str]:
        return {name: self.digest(name) for name in ("train", "plot")}

    def libraries(self, script: str = "train") -> dict[str, str]:
        return library_versions(self.folder / f"scripts/{script}.py", [self.folder / "src"])


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
        ("src/lib/model.py", "return unused()", "return 5"),
        ("src/lib/numbers.py", "return OTHER", "return OTHER + 1"),
        ("src/lib/numbers.py", "OTHER = 2", "OTHER = 3"),
        ("src/lib/figures.py", "a figure", "another figure"),
        ("src/lib/model.py", "def forgotten():", "def new():\n    pass\n\n\ndef forgotten():"),
    ],
)
def test_what_the_script_cannot_reach_keeps_its_digest(
    project: Project, file: str, old: str, new: str
) -> None:
    before = project.digest("train")
    project.edit(file, old, new)
    assert project.digest("train") == before


@pytest.mark.parametrize(
    ("file", "old", "new", "changed"),
    [
        ("src/lib/model.py", "x + 1", "x + 2", {"train"}),
        ("src/lib/numbers.py", "RATE = 0.1", "RATE = 0.2", {"train"}),
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


# Each case: the script, a module `lib.part`, the edit in it that must show, and one that must not.
REACHING = {
    "decorator": (
        "from lib.part import f\nf()\n",
        (
            "import functools\n\ndef twice(g):\n    return lambda: g() * 2\n\n"
            "@twice\ndef f():\n    return 1\n\ndef idle():\n    return 'idle'\n"
        ),
        ("g() * 2", "g() * 3"),
    ),
    "base class": (
        "from lib.part import B\nB()\n",
        "class A:\n    size = 1\n\nclass B(A):\n    pass\n\ndef idle():\n    return 'idle'\n",
        ("size = 1", "size = 2"),
    ),
    "method": (
        "from lib.part import B\nB().f()\n",
        (
            "class B:\n    def f(self):\n        return g()\n\ndef g():\n    return 1\n\n"
            "def idle():\n    return 'idle'\n"
        ),
        ("return 1", "return 2"),
    ),
    "default argument": (
        "from lib.part import f\nf()\n",
        "SIZE = 1\n\ndef f(n=SIZE):\n    return n\n\ndef idle():\n    return 'idle'\n",
        ("SIZE = 1", "SIZE = 2"),
    ),
    "alias": (
        "import lib.part as p\nq = p.g\nq()\n",
        "def f():\n    return 1\n\ng = f\n\ndef idle():\n    return 'idle'\n",
        ("return 1", "return 2"),
    ),
    "dotted import": (
        "import lib.part\nlib.part.f()\n",
        "def f():\n    return 1\n\ndef idle():\n    return 'idle'\n",
        ("return 1", "return 2"),
    ),
    "module from package": (
        "from lib import part\npart.f()\n",
        "def f():\n    return 1\n\ndef idle():\n    return 'idle'\n",
        ("return 1", "return 2"),
    ),
    "nested import": (
        "def main():\n    from lib.part import f\n    return f()\n\nmain()\n",
        "def f():\n    return 1\n\ndef idle():\n    return 'idle'\n",
        ("return 1", "return 2"),
    ),
    "closure that shadows": (
        "from lib.part import f\nf()\n",
        (
            "def g():\n    return 1\n\ndef f():\n    a = [g for g in ()]\n    return a, g()\n\n"
            "def idle():\n    return 'idle'\n"
        ),
        ("return 1", "return 2"),
    ),
    "registry": (
        "from lib.part import METHODS\nMETHODS['f']()\n",
        (
            "METHODS = {}\n\ndef register(g):\n    METHODS[g.__name__] = g\n    return g\n\n"
            "@register\ndef f():\n    return 1\n\ndef idle():\n    return 'idle'\n"
        ),
        ("return 1", "return 2"),
    ),
    "function handed to a call at import": (
        "from lib.part import KNOWN\nKNOWN\n",
        (
            "KNOWN = []\n\ndef register(x):\n    KNOWN.append((x, 1))\n\n"
            "DONE = list(map(register, 'ab'))\n\ndef idle():\n    return 'idle'\n"
        ),
        ("(x, 1)", "(x, 2)"),
    ),
    "metaclass": (
        "from lib.part import KNOWN\nKNOWN\n",
        (
            "KNOWN = []\n\n"
            "class Meta(type):\n    def __init__(cls, *args):\n        KNOWN.append(1)\n\n"
            "class A(metaclass=Meta):\n    pass\n\ndef idle():\n    return 'idle'\n"
        ),
        ("append(1)", "append(2)"),
    ),
    "inner import that shadows in one branch": (
        "from lib.part import f\nf()\n",
        (
            "def g():\n    return 1\n\ndef f():\n    def inner():\n        from lib.numbers import "
            "unused as g\n        return g()\n    return inner() + g()\n\n"
            "def idle():\n    return 'idle'\n"
        ),
        ("return 1", "return 2"),
    ),
    "what a library's name stands for": (
        "from lib.part import f\nf()\n",
        (
            "from math import floor as g\n\ndef f():\n    return g(1.5)\n\n"
            "def idle():\n    return 'idle'\n"
        ),
        ("floor as g", "ceil as g"),
    ),
    "class attribute of the same name": (
        "from lib.part import B\nB.x\n",
        "x = 1\n\nclass B:\n    x = x\n\ndef idle():\n    return 'idle'\n",
        ("x = 1", "x = 2"),
    ),
    "subclass hook": (
        "from lib.part import A\nA.all[0]().f()\n",
        (
            "class A:\n    all = []\n    def __init_subclass__(cls):\n        A.all.append(cls)\n\n"
            "class B(A):\n    def f(self):\n        return 1\n\ndef idle():\n    return 'idle'\n"
        ),
        ("return 1", "return 2"),
    ),
    "conditional definition": (
        "from lib.part import f\nf()\n",
        (
            "import sys\n\n"
            "if sys.platform:\n    def f():\n        return 1\nelse:\n    f = None\n\n"
            "def idle():\n    return 'idle'\n"
        ),
        ("return 1", "return 2"),
    ),
    "module-level effect": (
        "import lib.part\n",
        "STATE = []\nSTATE.append(1)\n\ndef idle():\n    return 'idle'\n",
        ("append(1)", "append(2)"),
    ),
    "global written by a function": (
        "from lib.part import f\nf()\n",
        "N = 0\n\ndef f():\n    global N\n    N += 1\n\ndef idle():\n    return 'idle'\n",
        ("N = 0", "N = 5"),
    ),
    "annotation of a field, as a string": (
        "from lib.part import B\nB()\n",
        "class A:\n    size = 1\n\nclass B:\n    a: 'A'\n\ndef idle():\n    return 'idle'\n",
        ("size = 1", "size = 2"),
    ),
}


@pytest.mark.parametrize("case", REACHING)
def test_a_definition_is_reached_through(project: Project, case: str) -> None:
    script, part, edit = REACHING[case]
    project.write("scripts/train.py", script)
    project.write("src/lib/part.py", part)
    before = project.digest()
    project.edit("src/lib/part.py", "'idle'", "'idler'")
    assert project.digest() == before
    project.edit("src/lib/part.py", *edit)
    assert project.digest() != before


@pytest.mark.parametrize(
    "script",
    [
        "from lib.part import *\nf()\n",
        "import lib.part as p\nprint(p)\n",
        "from lib import part\ngetattr(part, 'f')()\n",
        "import lib\nprint(lib.part)\nimport lib.part\n",
        "import lib.part as p\np.made_elsewhere()\n",
        "from lib.star import f\n",
        "from lib.through import f\nf()\n",
    ],
)
def test_an_unclear_use_takes_the_whole_module(project: Project, script: str) -> None:
    project.write("src/lib/part.py", "def f():\n    return 1\n\ndef g():\n    return 2\n")
    project.write("src/lib/star.py", "from lib.part import *\n")
    project.write("src/lib/through.py", "import lib.part as p\n\ndef f():\n    return vars(p)\n")
    project.write("scripts/train.py", script)
    before = project.digest()
    project.edit("src/lib/part.py", "return 2", "return 3")
    assert project.digest() != before


def test_reexports_and_relative_imports_are_followed_to_the_definition(project: Project) -> None:
    project.write("src/lib/sub/__init__.py", "from .inner import f as g, h\n")
    project.write(
        "src/lib/sub/inner.py",
        "from . import deep\nfrom ..numbers import RATE\n\n"
        "def f():\n    return deep.d() * RATE\n\ndef h():\n    return 9\n",
    )
    project.write("src/lib/sub/deep.py", "def d():\n    return 1\n\ndef e():\n    return 7\n")
    project.write("scripts/train.py", "from lib.sub import g\ng()\n")
    before = project.digest()
    project.edit("src/lib/sub/inner.py", "return 9", "return 10")
    project.edit("src/lib/sub/deep.py", "return 7", "return 8")
    assert project.digest() == before
    project.edit("src/lib/sub/deep.py", "return 1", "return 2")
    second = project.digest()
    assert second != before
    project.edit("src/lib/numbers.py", "0.1", "0.2")
    assert project.digest() != second


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
    project.edit(
        "src/lib/model.py",
        "from lib.numbers import RATE",
        "import typing\nif typing.TYPE_CHECKING:\n    RATE: float\nelse:\n"
        "    from lib.numbers import RATE\nfrom lib.numbers import OTHER",
    )
    before = project.digest()
    project.edit("src/lib/numbers.py", "0.1", "0.2")
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


def test_the_cache_changes_speed_only(project: Project, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    plain = project.digest()
    assert project.digest(cache=cache) == plain
    files = sorted(cache.iterdir())
    assert files
    from matxai.run.provenance.cache import read_once

    read_once.cache_clear()
    assert project.digest(cache=cache) == plain
    for file in files:
        file.write_text("{broken", encoding="utf-8")
    read_once.cache_clear()
    assert project.digest(cache=cache) == plain
    project.edit("src/lib/model.py", "x + 1", "x + 2")
    assert project.digest(cache=cache) == project.digest() != plain


def test_libraries_are_those_the_closure_imports(project: Project) -> None:
    project.edit("src/lib/numbers.py", "RATE", "import os\nimport yaml\nimport PIL.Image\nRATE")
    project.edit("src/lib/model.py", "return unused()", "import scipy\n    return scipy")
    project.edit("src/lib/figures.py", "def draw():", "def draw():\n    import numpy as np")
    version = importlib.metadata.version
    assert project.libraries("train") == {
        "pillow": version("pillow"),
        "pyyaml": version("pyyaml"),
    }
    assert project.libraries("plot") == {"numpy": version("numpy")}


def test_a_missing_library_is_listed_as_absent(project: Project) -> None:
    project.edit("src/lib/figures.py", "def draw", "import no_such_library.part\n\n\ndef draw")
    assert project.libraries("plot") == {"no_such_library": "not installed"}


def test_a_function_on_its_own_takes_only_what_it_needs(project: Project) -> None:
    closure = Closure(project.folder / "scripts/train.py", [project.folder / "src"])
    assert closure.reaches("lib.model", "_step")
    assert not closure.reaches("lib.model", "forgotten")
    assert not closure.reaches("lib.numbers", "OTHER")
