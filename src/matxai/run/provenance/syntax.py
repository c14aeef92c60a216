"""Read one module into its top-level statements: what each defines, uses, and looks like."""

from __future__ import annotations

import ast
import hashlib
import symtable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from matxai.run.errors import InputError
from matxai.run.provenance.tree import chains, parse, shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

Chain = tuple[str, ...]
Function = (ast.FunctionDef, ast.AsyncFunctionDef)

# Called by the interpreter, not by name.
IMPLICIT = {"__getattr__", "__dir__"}


@dataclass(frozen=True)
class Binding:
    """A name that an import statement makes.

    `loads` is the module that is imported; the name stands for `attribute` of `module`, or for
    `module` itself where `attribute` is None (`import a.b` loads a.b and binds `a` to module a).
    """

    name: str
    loads: str
    module: str
    attribute: str | None


@dataclass(frozen=True)
class Statement:
    """One top-level statement that is not an import.

    Attributes
    ----------
    digest
        Of its syntax tree without positions.
    defines
        Module-level names that it binds.
    uses
        Attribute chains that start at a name looked up in the module: `x.f` is ("x", "f").
    imports
        Import statements inside of it.
    has_effect
        Whether it does more than bind its names, whatever the names in it mean.
    calls, hands_over
        Names at the root of what it calls while the module is imported (decorators too), and
        names it hands to such a call: an effect if they are functions of the project.
    bases
        Chains of a class's bases: an effect if one of them watches its subclasses.
    is_function, watches_subclasses
        What kind of definition it is.
    """

    digest: str
    defines: frozenset[str]
    uses: frozenset[Chain]
    imports: tuple[Binding, ...]
    has_effect: bool
    calls: frozenset[str]
    hands_over: frozenset[str]
    bases: tuple[Chain, ...]
    is_function: bool
    watches_subclasses: bool


@dataclass
class Module:
    """A parsed module; `definitions` maps a name to the positions of its statements."""

    statements: list[Statement] = field(default_factory=list)
    definitions: dict[str, list[int]] = field(default_factory=dict)
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    data_files: tuple[str, ...] = ()


def read_module(path: Path, source: str, package: str) -> Module:
    """Parse a module.

    Parameters
    ----------
    path
        For error messages.
    source
        The text.
    package
        Dotted name of the package that relative imports start from.

    Raises
    ------
    InputError
        It cannot be parsed, or imports a module by string.
    """
    tree = parse(source, path)
    scopes = _Scopes(symtable.symtable(source, str(path), "exec"))
    module = Module()
    for node in tree.body:
        imports = list(_imports(node, package))
        if not isinstance(node, (*Function, ast.ClassDef)):
            for binding in imports:
                if binding.name == "*":
                    module.stars.append(binding.loads)
                module.bindings.setdefault(binding.name, []).append(binding)
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        statement = _statement(node, imports, scopes)
        for name in statement.defines:
            module.definitions.setdefault(name, []).append(len(module.statements))
        module.statements.append(statement)
        if statement.defines == {"DATA_FILES"} and isinstance(node, (ast.Assign, ast.AnnAssign)):
            module.data_files = _data_files(node, path)
    return module


class _Scopes:
    """Which names code looks up in the module, by line (Python's own symbol table tells)."""

    def __init__(self, table: symtable.SymbolTable) -> None:
        self.top = {s.get_name() for s in table.get_symbols() if s.is_referenced()}
        self.inner: list[tuple[int, set[str]]] = []
        tables = list(table.get_children())
        while tables:
            inner = tables.pop()
            tables.extend(inner.get_children())
            in_class = inner.get_type() == "class"  # its names fall back to the module's
            names = {s.get_name() for s in inner.get_symbols() if s.is_global() or in_class}
            self.inner.append((inner.get_lineno(), names))

    def looked_up(self, node: ast.stmt) -> set[str]:
        last = node.end_lineno or node.lineno
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        inside = (names for line, names in self.inner if first <= line <= last)
        return self.top.union(*inside)


def _statement(node: ast.stmt, imports: list[Binding], scopes: _Scopes) -> Statement:
    defines, plain = _defined_names(node)
    annotations = list(_annotations(node))
    roots = scopes.looked_up(node) | {chain[0] for chain in chains(annotations)}
    roots |= {binding.name for binding in imports}
    is_definition = isinstance(node, (*Function, ast.ClassDef))
    calls: set[str] = set()
    hands_over: set[str] = set()
    for call in _calls_at_import(node):
        calls.add(_root(call))
        if isinstance(call, ast.Call):
            given = [*call.args, *(keyword.value for keyword in call.keywords)]
            hands_over |= {_root(value) for value in given if not isinstance(value, ast.Call)}
    is_class = isinstance(node, ast.ClassDef)
    return Statement(
        digest=hashlib.sha256(shape(node).encode()).hexdigest(),
        defines=frozenset(defines),
        uses=frozenset(chain for chain in chains([node, *annotations]) if chain[0] in roots),
        imports=tuple(imports),
        has_effect=not (plain or is_definition)
        or bool(IMPLICIT & defines)
        or (isinstance(node, ast.ClassDef) and bool(node.keywords)),
        calls=frozenset(calls),
        hands_over=frozenset(hands_over),
        bases=tuple(chains(node.bases)) if isinstance(node, ast.ClassDef) else (),
        is_function=is_definition and not is_class,
        watches_subclasses=isinstance(node, ast.ClassDef) and _watches(node),
    )


def _defined_names(node: ast.stmt) -> tuple[set[str], bool]:
    """Give the module-level names a statement binds, and whether it is a plain assignment."""
    if isinstance(node, (*Function, ast.ClassDef)):
        return {node.name}, False
    names: set[str] = set()
    pending: list[ast.AST] = [node]
    while pending:
        inner = pending.pop()
        if isinstance(inner, (*Function, ast.ClassDef)):
            names.add(inner.name)
        elif not isinstance(inner, ast.Lambda):
            if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load):
                names.add(inner.id)
            elif isinstance(inner, ast.ExceptHandler) and inner.name:
                names.add(inner.name)
            pending.extend(ast.iter_child_nodes(inner))
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    stored = (n for target in targets if target is not None for n in ast.walk(target))
    plain = isinstance(node, (ast.Assign, ast.AnnAssign)) and not any(
        isinstance(n, (ast.Attribute, ast.Subscript)) for n in stored
    )
    return names, plain


def _calls_at_import(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what importing the module calls: calls and decorators outside of function bodies."""
    if isinstance(node, (*Function, ast.ClassDef)):
        yield from node.decorator_list
    if isinstance(node, Function):
        outside: Iterable[ast.AST] = [*node.decorator_list, node.args]
    else:
        outside = ast.iter_child_nodes(node)
    if isinstance(node, ast.Call):
        yield node
    for inner in outside:
        yield from _calls_at_import(inner)


def _root(node: ast.expr) -> str:
    """Name the variable at the start of `x.f`, `x[0].f(1)`, ...; empty where there is none."""
    inner: ast.AST = node
    while True:
        if isinstance(inner, (ast.Attribute, ast.Subscript)):
            inner = inner.value
        elif isinstance(inner, ast.Call):
            inner = inner.func
        else:
            return inner.id if isinstance(inner, ast.Name) else ""


def _annotations(node: ast.AST) -> Iterator[ast.expr]:
    """Yield annotations, those written as strings parsed."""
    for inner in ast.walk(node):
        for name in ("annotation", "returns"):
            annotation = getattr(inner, name, None)
            if annotation is None:
                continue
            yield annotation
            for text in ast.walk(annotation):
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    try:
                        yield ast.parse(text.value, mode="eval").body
                    except SyntaxError:
                        continue  # a string in Literal[...] or Annotated[...]


def _imports(node: ast.AST, package: str) -> Iterator[Binding]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Import):
            for alias in inner.names:
                first = alias.name.partition(".")[0]
                module = alias.name if alias.asname else first
                yield Binding(alias.asname or first, alias.name, module, None)
        elif isinstance(inner, ast.ImportFrom):
            parts = package.split(".")[: len(package.split(".")) - inner.level + 1]
            base = ".".join(parts) if inner.level else ""
            module = ".".join(part for part in (base, inner.module) if part)
            for alias in inner.names:
                yield Binding(alias.asname or alias.name, module, module, alias.name)


def _watches(node: ast.ClassDef) -> bool:
    return any(
        isinstance(inner, Function) and inner.name in {"__init_subclass__", "__set_name__"}
        for inner in node.body
    ) or any(keyword.arg == "metaclass" for keyword in node.keywords)


def _data_files(node: ast.Assign | ast.AnnAssign, path: Path) -> tuple[str, ...]:
    try:
        names = ast.literal_eval(node.value) if node.value else ()
    except ValueError:
        names = None
    if not isinstance(names, (tuple, list)) or not all(isinstance(name, str) for name in names):
        raise InputError(
            "DATA_FILES is not a literal tuple of file names",
            file=path,
            where=f"line {node.lineno}",
            expected='such as DATA_FILES = ("labels.yml",)',
        )
    return tuple(names)
