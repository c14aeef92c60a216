"""Versions of the third-party distributions that a script and its local modules import."""

import functools
import re
import sys
import sysconfig
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from matxai.run.provenance.imports import SCRIPT, reached_modules
from matxai.run.tensorflow import tensorflow_python

ABSENT = "not installed"


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
    owners = _owners(_tensorflow_site() if enters else _own_site())
    versions: dict[str, str] = {}
    for name in imported - sys.stdlib_module_names:
        versions |= owners.get(name, {name: ABSENT})
    return dict(sorted(versions.items()))


def _own_site() -> tuple[Path, ...]:
    paths = sysconfig.get_paths()
    return tuple(sorted({Path(paths["purelib"]), Path(paths["platlib"])}))


def _tensorflow_site() -> tuple[Path, ...]:
    own = _own_site()
    # With TensorFlow in the first environment (conda), scripts stay there.
    if any((path / "tensorflow").is_dir() for path in own):
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
