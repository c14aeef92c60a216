"""Keep what was read from a module, by its content: the workflow is parsed again in every job."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from matxai.run.provenance import syntax, tree
from matxai.run.provenance.syntax import Binding, Module, Statement, read_module


@functools.cache
def read_once(path: Path, source: str, package: str, cache: Path | None) -> Module:
    """Read a module once a process and, given a cache folder, once a content.

    Parameters
    ----------
    path, source, package
        As for `read_module`.
    cache
        Folder of one JSON file a content; an unreadable or foreign file there is ignored.
    """
    if cache is None:
        return read_module(path, source, package)
    key = hashlib.sha256(f"{_reader_version()}\0{package}\0{source}".encode()).hexdigest()
    file = cache / f"{key}.json"
    try:
        return _from_plain(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        module = read_module(path, source, package)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(f".{os.getpid()}")  # jobs write at the same time
        partial.write_text(json.dumps(dataclasses.asdict(module), default=sorted), encoding="utf-8")
        partial.replace(file)
    except OSError:
        pass  # a folder that cannot be written only costs time
    return module


@functools.cache
def _reader_version() -> str:
    readers = [Path(module.__file__ or "").read_text(encoding="utf-8") for module in (syntax, tree)]
    return "\0".join([sys.version, *readers])


def _from_plain(plain: dict[str, Any]) -> Module:
    module = Module(stars=plain["stars"], data_files=tuple(plain["data_files"]))
    module.definitions.update(plain["definitions"])
    for name, bindings in plain["bindings"].items():
        module.bindings[name] = [Binding(**binding) for binding in bindings]
    module.statements = [
        Statement(
            **{
                **item,
                "defines": frozenset(item["defines"]),
                "uses": frozenset(map(tuple, item["uses"])),
                "imports": tuple(Binding(**binding) for binding in item["imports"]),
                "calls": frozenset(item["calls"]),
                "hands_over": frozenset(item["hands_over"]),
                "bases": tuple(map(tuple, item["bases"])),
            }
        )
        for item in plain["statements"]
    ]
    return module
