"""Follow imports from a script to every local module and library that it reaches.

A module counts as a whole: a change anywhere in it makes all scripts stale that reach it. Each file
is read once per process and shared by all scripts, so an edit counts from the next process on.
"""

import functools
import hashlib
import pkgutil
import re
import sys
import sysconfig
from collections import defaultdict
from collections.abc import Sequence
from importlib.util import resolve_name
from itertools import accumulate, takewhile
from pathlib import Path
from typing import NamedTuple

from matxai.run.digests import file_digest
from matxai.run.errors import InputError
from matxai.run.provenance.modules import read_module
from matxai.run.tensorflow import tensorflow_python

SCRIPT = "<script>"
ABSENT = "not installed"


class Node(NamedTuple):
    """A script or local module in the graph of imports; ``imports`` are those of `Module`."""

    digest: str  # of the code that runs in it and of its data files
    imports: list[str]
    local: set[str]  # dotted names of the modules that these run, with the packages on the way
    libraries: set[str]  # first parts of the names of all other modules that it imports


def code_digest(script: Path, roots: Sequence[Path], cache: Path | None = None) -> str:
    """Digest a script and the local modules that it reaches by import: 32 hexadecimal digits.

    Local imports start from the roots (`src`) or the script's folder; the cache is a folder in which to
    keep what was read from each module.

    Raises:
        InputError: A file is missing, cannot be parsed, or imports a module by string.
    """
    nodes = reached_modules(script, roots, cache)
    lines = "".join(f"{name} {nodes[name].digest}\n" for name in sorted(nodes))
    return hashlib.sha256(lines.encode()).hexdigest()[:32]


def library_versions(
    script: Path, roots: Sequence[Path], cache: Path | None = None
) -> dict[str, str]:
    """Give {distribution: version} for the libraries that a script reaches by import.

    A script that imports `enter_tensorflow` runs in the TensorFlow environment and is given that
    environment's versions. An import that no installed distribution provides is listed by its own
    name, as absent. The arguments and errors are those of `code_digest`.
    """
    nodes = reached_modules(script, roots, cache)
    imported = set().union(*(node.libraries for node in nodes.values()))
    enters = any(name.endswith(":enter_tensorflow") for name in nodes[SCRIPT].imports)
    owners = _owners(_site(tensorflow=enters))
    versions: dict[str, str] = {}
    for name in imported - sys.stdlib_module_names:
        versions |= owners.get(name, {name: ABSENT})
    return dict(sorted(versions.items()))


def reached_modules(
    script: Path, roots: Sequence[Path], cache: Path | None = None
) -> dict[str, Node]:
    """Map the dotted names of all local modules that a script reaches, and `SCRIPT`, to their nodes.

    The arguments and errors are those of `code_digest`.
    """
    folders = (*roots, script.parent)
    nodes: dict[str, Node] = {}
    pending = {SCRIPT: script}
    while pending:
        name, path = pending.popitem()
        nodes[name] = node = read_node(name, path, folders, cache)
        others = node.local - nodes.keys()
        pending |= {other: file for other in others if (file := find(other, folders))}
    return nodes


@functools.cache
def read_node(name: str, path: Path, folders: tuple[Path, ...], cache: Path | None) -> Node:
    """Read a module, find what its imports mean, and digest it together with its data files."""
    node = Node("", [], set(), set())
    if path.is_dir():  # a package without `__init__`, which runs nothing
        return node
    try:
        module = read_module(path.read_bytes(), path, cache)
    except OSError as error:
        raise InputError(f"Code that cannot be read: {error}", file=path) from error
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for imported in module.imports:
        base, _, attribute = imported.partition(":")
        try:
            base = resolve_name(base, package)
        except ImportError as error:
            raise InputError(f"An import that leads nowhere: {error}", file=path) from error
        if modules := _run_by(base, attribute, folders):
            node.local.update(modules)
        else:
            node.libraries.add(base.partition(".")[0])
    digest = module.digest
    for file in module.data_files:
        try:
            digest += f" {file} {file_digest(path.parent / file)}"
        except OSError as error:
            problem = "DATA_FILES names a file that cannot be read"
            raise InputError(problem, file=path, value=file) from error
    return node._replace(digest=digest, imports=module.imports)


def _run_by(base: str, attribute: str, folders: tuple[Path, ...]) -> list[str]:
    """Name the local modules that an import runs: packages on the way, module, submodule."""

    def is_local(name: str) -> bool:
        return find(name, folders) is not None

    parts = [*base.split("."), attribute] if attribute else base.split(".")
    names = list(takewhile(is_local, accumulate(parts, "{}.{}".format)))
    if attribute == "*" and (path := find(base, folders)):  # `__all__` may name submodules
        beside = pkgutil.iter_modules([str(path.parent)])
        names += filter(is_local, (f"{base}.{module.name}" for module in beside))
    return names


@functools.cache
def find(name: str, folders: tuple[Path, ...]) -> Path | None:
    """Find the file of a local module, or the folder of a package without `__init__`."""
    package = name.rpartition(".")[0]
    within = find(package, folders) if package else None
    if within and within.suffix == ".py" and within.name != "__init__.py":
        return None  # a name in a module that is no package: nothing to look for
    places = [folder.joinpath(*name.split(".")) for folder in folders]
    files = (Path(f"{place}{ending}") for place in places for ending in ("/__init__.py", ".py"))
    return next(filter(Path.is_file, files), None) or next(filter(Path.is_dir, places), None)


def _site(*, tensorflow: bool) -> tuple[Path, ...]:
    """Find the folders of the packages that are installed for a script."""
    paths = sysconfig.get_paths()
    own = tuple(sorted({Path(paths["purelib"]), Path(paths["platlib"])}))
    # With TensorFlow in the first environment (conda), scripts stay there.
    if not tensorflow or any((path / "tensorflow").is_dir() for path in own):
        return own
    return tuple(sorted(tensorflow_python().parents[1].glob("lib/python3.*/site-packages")))


@functools.cache
def _owners(site: tuple[Path, ...]) -> dict[str, dict[str, str]]:
    """Map each top-level module to {distribution: version} of those that installed a part of it.

    `importlib.metadata.packages_distributions` takes ten times as long, and every job would wait
    for it.
    """
    owners: dict[str, dict[str, str]] = defaultdict(dict)
    for record in (file for path in site for file in path.glob("*.dist-info/RECORD")):
        name, _, version = record.parent.stem.partition("-")
        distribution = name.replace("_", "-").lower()  # as a lock file writes it
        installed = record.read_text(encoding="utf-8")
        for module in set(re.findall(r"^[^/.,\n]+", installed, re.MULTILINE)):
            owners[module][distribution] = version
    return owners
