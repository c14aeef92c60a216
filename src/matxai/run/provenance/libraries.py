"""Versions of the third-party distributions that a script and its closure import."""

from __future__ import annotations

import functools
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

from matxai.run.provenance.closure import Closure
from matxai.run.tensorflow import tensorflow_python

if TYPE_CHECKING:
    from collections.abc import Sequence

ABSENT = "not installed"


def library_versions(
    script: Path, roots: Sequence[Path], cache: Path | None = None
) -> dict[str, str]:
    """Give {distribution: version} for what is imported in a script's closure.

    A script that is handed over to the TensorFlow environment gets that environment's versions.
    An import that no installed distribution provides is listed by its own name, as absent.

    Parameters
    ----------
    script, roots, cache
        As for `code_digest`.
    """
    closure = Closure(script, roots, cache)
    handed_over = closure.reaches("matxai.run.tensorflow", "enter_tensorflow")
    site = _tensorflow_site() if handed_over else _own_site()
    versions: dict[str, str] = {}
    for dotted in closure.libraries:
        if dotted.partition(".")[0] not in sys.stdlib_module_names:
            versions.update(_distributions_of(dotted, site))
    return dict(sorted(versions.items(), key=lambda item: item[0].lower()))


def _own_site() -> tuple[Path, ...]:
    paths = sysconfig.get_paths()
    return tuple(sorted({Path(paths["purelib"]), Path(paths["platlib"])}))


def _tensorflow_site() -> tuple[Path, ...]:
    environment = tensorflow_python().parent.parent
    found = tuple(sorted(environment.glob("lib/python3.*/site-packages")))
    own = _own_site()
    # With TensorFlow in the first environment (conda), scripts are not handed over.
    return own if any((path / "tensorflow").is_dir() for path in own) else found


@functools.cache
def _distributions_of(dotted: str, site: tuple[Path, ...]) -> dict[str, str]:
    """Find the distributions that own a module, by the lists of files they installed.

    `importlib.metadata.packages_distributions` would parse every list of an environment (seconds);
    here the distribution named like the module is tried first.
    """
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):  # `from google.protobuf.x import y`: x may be an attribute
        stem = "/".join(parts[:end])
        marks = (f"\n{stem}/", f"\n{stem}.py,", f"\n{stem}.cpython-", f"\n{stem}.abi3")
        likely = _plain(parts[0])
        folders = sorted(_metadata_folders(site), key=lambda f: _plain(_split(f)[0]) != likely)
        owners = {}
        for folder in folders:
            if any(mark in _record(folder) for mark in marks):
                name, version = _split(folder)
                owners[name] = version
                if _plain(name) == likely:
                    break
        if owners:
            return owners
    return {parts[0]: ABSENT}


@functools.cache
def _metadata_folders(site: tuple[Path, ...]) -> tuple[Path, ...]:
    return tuple(folder for path in site for folder in sorted(path.glob("*.dist-info")))


@functools.cache
def _record(folder: Path) -> str:
    try:
        return "\n" + (folder / "RECORD").read_text(encoding="utf-8")
    except OSError:
        return ""


def _split(folder: Path) -> tuple[str, str]:
    name, _, version = folder.name.removesuffix(".dist-info").partition("-")
    return name.replace("_", "-").lower(), version  # as a lock file writes it


def _plain(name: str) -> str:
    return name.lower().replace("-", "_").replace(".", "_")
