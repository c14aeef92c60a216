"""The syntax tree of a module, reduced to what runs.

Comments, layout, docstrings, descriptions of settings and everything under `if TYPE_CHECKING` are
dropped.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from matxai.run.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def parse(source: str, path: Path) -> ast.Module:
    """Parse a module and drop what does not run.

    Raises
    ------
    InputError
        It is not valid Python, or it imports a module by string.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        where = f"line {error.lineno}" if isinstance(error, SyntaxError) else None
        raise InputError(f"Not valid Python: {error}", file=path, where=where) from error
    _drop_what_does_not_run(tree)
    if "import_module" in source or "__import__" in source:
        _refuse_imports_by_string(tree, path)
    return tree


def shape(node: object) -> str:
    """Write a syntax tree without positions and without empty fields, which differ by version."""
    if isinstance(node, ast.AST):
        fields = (
            f"{name}={shape(value)}"
            for name, value in ast.iter_fields(node)
            if value is not None and value != []
        )
        return f"{type(node).__name__}({','.join(fields)})"
    if isinstance(node, list):
        return f"[{','.join(map(shape, node))}]"
    return repr(node)


def chains(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ...]]:
    """Yield the longest attribute chains that start at a name."""
    pending = list(nodes)
    while pending:
        node = pending.pop()
        attributes: list[str] = []
        while isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        if isinstance(node, ast.Name):
            yield (node.id, *reversed(attributes))
        else:
            pending.extend(ast.iter_child_nodes(node))


def _drop_what_does_not_run(tree: ast.Module) -> None:
    """Remove what is written for readers and type checkers alone.

    Strings that stand alone (docstrings), descriptions of settings, TYPE_CHECKING blocks.
    """
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "Field"
        ):
            node.keywords = [k for k in node.keywords if k.arg not in ("description", "examples")]
        for name in ("body", "orelse", "finalbody"):
            body = getattr(node, name, None)
            if isinstance(body, list):
                setattr(node, name, list(_running(body)))


def _running(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        if isinstance(node, ast.If):
            chain = next(chains([node.test]), ())
            if chain[-1:] == ("TYPE_CHECKING",) and isinstance(
                node.test, (ast.Name, ast.Attribute)
            ):
                yield from _running(node.orelse)
                continue
        if not (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            yield node


def _refuse_imports_by_string(tree: ast.Module, path: Path) -> None:
    for node in ast.walk(tree):
        named = isinstance(node, ast.Name) and node.id == "__import__"
        attribute = isinstance(node, ast.Attribute) and node.attr == "import_module"
        taken = isinstance(node, ast.ImportFrom) and any(
            alias.name in {"import_module", "__import__"} for alias in node.names
        )
        if named or attribute or taken:
            raise InputError(
                "A module is imported by string, so its code cannot be followed",
                file=path,
                where=f"line {getattr(node, 'lineno', '?')}",
                fix="write an import statement (it may stand inside a function)",
            )
