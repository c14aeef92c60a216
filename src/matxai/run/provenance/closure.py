"""Follow names from a script to every local definition it can reach.

A digest over those definitions changes exactly when code that the script may run changes:

- from a statement, each name is followed to the statements that define it, through imports,
  aliases and re-exports, in every local module;
- importing a module also runs what stands in it besides definitions, so such statements of every
  imported module are taken in, whether anything in the module is used or not;
- where a use cannot be told from the text (a star import, a module handed over as a value,
  `globals()`), the whole module is taken in.

Assumed: a library that is handed data of the project does not change that data while a module is
imported; other modules change a module's variables through names, not through `sys.modules`.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING

from matxai.run.errors import InputError
from matxai.run.provenance.cache import read_once
from matxai.run.provenance.syntax import Module

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from matxai.run.provenance.syntax import Binding, Chain, Statement

SCRIPT = "<script>"
ENDINGS = ("/__init__.py", ".py")
REFLECTION = {"globals", "eval", "exec", "locals"}


def code_digest(script: Path, roots: Sequence[Path], cache: Path | None = None) -> str:
    """Digest the code that a script can reach.

    Parameters
    ----------
    script
        The script; modules beside it are found as well.
    roots
        Folders that local imports start from (`src`).
    cache
        Folder in which to keep what was read from each module.

    Returns
    -------
    str
        32 hexadecimal digits.

    Raises
    ------
    InputError
        A file is missing, cannot be parsed, or imports a module by string.
    """
    return Closure(script, roots, cache).digest()


class Closure:
    """All that one script reaches.

    Attributes
    ----------
    taken
        Module to the positions of its statements that are reached.
    libraries
        Dotted names of the modules imported from outside of the project.
    """

    def __init__(self, script: Path, roots: Sequence[Path], cache: Path | None = None) -> None:
        self.cache = cache
        self.roots = [*roots, script.parent]
        self.paths: dict[str, Path | None] = {SCRIPT: script}
        self.modules: dict[str, Module] = {}
        self._local = {SCRIPT: True}
        self.taken: dict[str, set[int]] = defaultdict(set)
        self.names: dict[str, set[str]] = defaultdict(set)
        self.libraries: set[str] = set()
        self._whole: set[str] = set()
        self._followed: set[tuple[str, Chain]] = set()
        self._pending: list[tuple[str, Statement]] = []
        self._reach(SCRIPT)
        for position in range(len(self.modules[SCRIPT].statements)):
            self._take(SCRIPT, position)
        while self._pending:
            self._follow_statement(*self._pending.pop())

    def digest(self) -> str:
        """Digest the statements reached, the imported names they use, and declared data files."""
        total = hashlib.sha256()
        for name in sorted(self.modules):
            module = self.modules[name]
            parts = [module.statements[i].digest for i in sorted(self.taken[name])]
            parts += sorted(self.names[name])
            for file in module.data_files:
                parts += [file, hashlib.sha256(self._read_data(name, file)).hexdigest()]
            if parts:
                total.update("\n".join([name, *parts, ""]).encode())
        return total.hexdigest()[:32]

    def reaches(self, module: str, name: str) -> bool:
        """Tell whether the definition of a name in a module is reached."""
        positions = self.modules[module].definitions.get(name, ()) if module in self.modules else ()
        return any(position in self.taken[module] for position in positions)

    def _read_data(self, module: str, file: str) -> bytes:
        path = self.paths[module]
        assert path is not None
        try:
            return path.with_name(file).read_bytes()
        except OSError as error:
            raise InputError(
                "DATA_FILES names a file that cannot be read", file=path, value=file
            ) from error

    def _is_local(self, name: str) -> bool:
        """Tell whether a module belongs to the project; find its file on the way."""
        if name not in self._local:
            self._local[name] = self._locate(name)
        return self._local[name]

    def _locate(self, name: str) -> bool:
        package, _, _ = name.rpartition(".")
        if package and not (self._is_local(package) and self._is_package(package)):
            return False
        relative = name.replace(".", "/")
        files = (root / f"{relative}{ending}" for root in self.roots for ending in ENDINGS)
        found = next((file for file in files if file.is_file()), None)
        if found is None and not any((root / relative).is_dir() for root in self.roots):
            return False
        self.paths[name] = found  # None: a folder without __init__, which runs nothing
        return True

    def _is_package(self, name: str) -> bool:
        path = self.paths[name]
        return path is None or path.name == "__init__.py"

    def _load(self, dotted: str) -> None:
        """Import a module: the packages on the way, then itself."""
        parts = dotted.split(".")
        if not self._is_local(parts[0]):
            self.libraries.add(dotted)
            return
        for end in range(1, len(parts) + 1):
            name = ".".join(parts[:end])
            if self._is_local(name):
                self._reach(name)

    def _reach(self, name: str) -> None:
        if name in self.modules:
            return
        path = self.paths[name]
        module = self.modules[name] = Module()
        if path is None:
            return
        try:
            source = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"Code that cannot be read: {error}", file=path) from error
        package = name if self._is_package(name) else name.rpartition(".")[0]
        module = self.modules[name] = read_once(path, source, package, self.cache)
        for bindings in module.bindings.values():
            for binding in bindings:
                self._load_binding(binding)
        for star in module.stars:
            if self._is_local(star):
                self._take_whole(star)
        for position in self._effects(name):
            self._take(name, position)

    def _load_binding(self, binding: Binding) -> None:
        self._load(binding.loads)
        if binding.attribute is not None and self._is_local(binding.loads):
            submodule = f"{binding.loads}.{binding.attribute}"
            if self._is_local(submodule):
                self._load(submodule)

    def _effects(self, name: str) -> Iterator[int]:
        """Yield the statements that do more than define, or call code of the project to do so."""
        module = self.modules[name]
        imported = {
            bound
            for bound, bindings in module.bindings.items()
            if any(self._is_local(binding.module) for binding in bindings)
        }
        functions = {
            bound
            for bound, positions in module.definitions.items()
            if any(module.statements[position].is_function for position in positions)
        }
        callable_names = imported | module.definitions.keys()
        functions |= imported
        for position, statement in enumerate(module.statements):
            if (
                statement.has_effect
                or not statement.calls.isdisjoint(callable_names)
                or not statement.hands_over.isdisjoint(functions)
                or any(self._watches_subclasses(name, base, set()) for base in statement.bases)
            ):
                yield position

    def _watches_subclasses(self, name: str, chain: Chain, seen: set[tuple[str, Chain]]) -> bool:
        """Tell whether a base class, or one of its own bases, runs code for each subclass."""
        if (name, chain) in seen or not self._is_local(name):
            return False
        seen.add((name, chain))
        self._reach(name)
        module = self.modules[name]
        for position in module.definitions.get(chain[0], ()):
            statement = module.statements[position]
            if statement.watches_subclasses or any(
                self._watches_subclasses(name, base, seen) for base in statement.bases
            ):
                return True
        for binding in module.bindings.get(chain[0], ()):
            rest = chain[1:] if binding.attribute is None else (binding.attribute, *chain[1:])
            target = binding.module
            while len(rest) > 1 and self._is_local(f"{target}.{rest[0]}"):
                target, rest = f"{target}.{rest[0]}", rest[1:]
            if rest and self._watches_subclasses(target, rest, seen):
                return True
        return False

    def _take(self, name: str, position: int) -> None:
        if position not in self.taken[name]:
            self.taken[name].add(position)
            self._pending.append((name, self.modules[name].statements[position]))

    def _take_whole(self, name: str) -> None:
        """Take in everything that can be reached through a module object."""
        if name in self._whole:
            return
        self._whole.add(name)
        self._load(name)
        for position in range(len(self.modules[name].statements)):
            self._take(name, position)
        for bound in list(self.modules[name].bindings):
            self._follow(name, (bound,))

    def _follow_statement(self, name: str, statement: Statement) -> None:
        for binding in statement.imports:
            self._load_binding(binding)
            if binding.name == "*" and self._is_local(binding.loads):
                self._take_whole(binding.loads)
        for chain in statement.uses:
            for binding in statement.imports:
                if binding.name == chain[0]:
                    self._follow_binding(name, binding, chain[1:])
            # Also where an inner import binds the name: elsewhere in it, it may be the module's.
            self._follow(name, chain)

    def _follow(self, name: str, chain: Chain) -> None:
        """Take in what an attribute chain means in a module."""
        if (name, chain) in self._followed:
            return
        self._followed.add((name, chain))
        module = self.modules[name]
        for position in module.definitions.get(chain[0], ()):
            self._take(name, position)
        for binding in module.bindings.get(chain[0], ()):
            self._follow_binding(name, binding, chain[1:])
        if chain[0] in REFLECTION and chain[0] not in module.definitions:
            self._take_whole(name)

    def _follow_binding(self, name: str, binding: Binding, rest: Chain) -> None:
        self.names[name].add(f"{binding.name} = {binding.module}:{binding.attribute or ''}")
        if binding.attribute is not None and binding.name != "*":
            rest = (binding.attribute, *rest)
        self._follow_attribute(binding.module, rest)

    def _follow_attribute(self, name: str, rest: Chain) -> None:
        """Take in what attributes of a module object mean."""
        if not self._is_local(name):
            return
        self._reach(name)
        if not rest:
            self._take_whole(name)
            return
        module = self.modules[name]
        known = rest[0] in module.definitions or rest[0] in module.bindings
        if known:
            self._follow(name, rest)
        submodule = f"{name}.{rest[0]}"
        if self._is_local(submodule):
            self._follow_attribute(submodule, rest[1:])
        elif not known and not rest[0].startswith("__"):
            self._take_whole(name)
