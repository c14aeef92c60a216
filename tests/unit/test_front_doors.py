"""Every package says in its `__init__` what it is for, and the names there exist."""

import ast
import re

import pytest
from tests.project import REPOSITORY

SOURCE = REPOSITORY / "src/matxai"
PACKAGES = sorted(path.parent for path in SOURCE.rglob("__init__.py"))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_a_front_door_names_what_is_there(package):
    text = ast.get_docstring(ast.parse((package / "__init__.py").read_text()))
    assert text
    rooms = [package, *package.parents]
    for name in re.findall(r"(?<!`)`([a-z][\w.]*)`(?!`)", text):
        *modules, last = name.removeprefix("matxai.").split(".")
        assert any(there(room.joinpath(*modules), last) for room in rooms), name


def there(parent, name):
    """Whether a package has the module, or a module the definition."""
    if parent.is_dir():
        return (parent / name).is_dir() or (parent / f"{name}.py").is_file()
    module = parent.with_suffix(".py")
    return module.is_file() and bool(
        re.search(rf"^(def|class) {name}\b|^{name}\b.*=", module.read_text(), re.MULTILINE)
    )
