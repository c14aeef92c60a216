"""Read a module: a digest of what runs in it, and the imports that it makes.

Comments, layout, docstrings, descriptions of settings and everything under `if TYPE_CHECKING` do
not run and are left out.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from matxai.run.errors import InputError

BY_STRING = {"import_module", "__import__"}
# Tells apart what another Python or another version of this module has read.
_VERSION = sys.version.encode() + Path(__file__).read_bytes()


class Module(NamedTuple):
    """What the text of a module says.

    An import is `module:name` for each imported name, `module:` where a module itself is imported,
    `module:*` for a star; relative imports start with dots.
    """

    digest: str  # SHA-256 of the syntax tree, reduced to what runs
    imports: list[str]
    data_files: list[str]  # names of the files beside the module that it declares in `DATA_FILES`


@functools.cache
def read_module(source: bytes, path: Path, cache: Path | None = None) -> Module:
    """Read a module, once per process and, given a cache folder, once per content.

    The folder has one JSON file per content; what cannot be read there is ignored.

    Raises:
        InputError: The text cannot be parsed, imports a module by string, or declares data files
            in another way than as a literal.
    """
    if cache is None:
        return _parse(source, path)
    file = cache / f"{hashlib.sha256(_VERSION + source).hexdigest()}.json"
    try:
        return Module(**json.loads(file.read_bytes()))
    except (OSError, ValueError, TypeError):
        module = _parse(source, path)
    with suppress(OSError):  # a folder that cannot be written only costs time
        cache.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(f".{os.getpid()}")  # jobs write at the same time
        partial.write_text(json.dumps(module._asdict()), encoding="utf-8")
        partial.replace(file)
    return module


def _parse(source: bytes, path: Path) -> Module:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        where = f"line {error.lineno}" if isinstance(error, SyntaxError) else None
        raise InputError(f"Not valid Python: {error}", file=path, where=where) from error
    _Reduction().visit(tree)
    digest = hashlib.sha256(ast.dump(tree).encode()).hexdigest()
    return Module(digest, sorted(_imports(tree, path)), _data_files(tree, path))


class _Reduction(ast.NodeTransformer):
    """Remove from a syntax tree what does not run."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            return None  # a docstring
        return self.generic_visit(node)

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        name = getattr(node.test, "attr", getattr(node.test, "id", None))
        return node.orelse if name == "TYPE_CHECKING" else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Name) and node.func.id == "Field":
            node.keywords = [k for k in node.keywords if k.arg not in ("description", "examples")]
        return self.generic_visit(node)


def _imports(tree: ast.Module, path: Path) -> set[str]:
    imports: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports.update(f"{alias.name}:" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            imports.update(f"{module}:{alias.name}" for alias in node.names)
        elif any(getattr(node, field, None) in BY_STRING for field in ("id", "attr", "name")):
            raise InputError(
                "A module is imported by string, so its code cannot be followed",
                file=path,
                where=f"line {getattr(node, 'lineno', '?')}",
                fix="write an import statement (it may stand inside a function)",
            )
    return imports


def _data_files(tree: ast.Module, path: Path) -> list[str]:
    files: list[str] = []
    for node in tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id="DATA_FILES")], value=value)
                | ast.AnnAssign(target=ast.Name(id="DATA_FILES"), value=ast.expr() as value)
                | ast.AugAssign(target=ast.Name(id="DATA_FILES"), value=value)
            ):
                try:
                    names = ast.literal_eval(value)
                except (ValueError, TypeError):
                    names = None
                if not isinstance(names, (tuple, list)) or {*map(type, names)} - {str}:
                    raise InputError(
                        "DATA_FILES is not a literal tuple of file names",
                        file=path,
                        where=f"line {node.lineno}",
                        expected='such as DATA_FILES = ("labels.yml",)',
                    )
                files += names
    return files
