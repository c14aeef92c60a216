"""A plain object in the shape of Snakemake's `snakemake`, and a way to run a real script with it.

Two users: the hand-over to the TensorFlow environment (`matxai.run.tensorflow`), which cannot unpickle
Snakemake's own object because Snakemake is not installed there, and the tests of the rules,
which run the script files themselves without starting a workflow.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Span = tuple[int, int | None]


class NamedList(list[Any]):
    """A list whose items, or runs of items, also have names, as attributes.

    Parameters
    ----------
    values
        The items in order.
    names
        Name to (start, end): one item where `end` is None, else the list `values[start:end]`.
    """

    def __init__(
        self, values: Sequence[Any] = (), names: Mapping[str, Sequence[int | None]] | None = None
    ) -> None:
        super().__init__(values)
        self._names: dict[str, Span] = {}
        for name, (start, end) in (names or {}).items():
            if start is None:
                raise ValueError(f"{name} has no start")
            self._names[name] = (start, end)
            setattr(self, name, self[start] if end is None else NamedList(self[start:end]))

    @classmethod
    def of(cls, value: Any, *, flatten: bool) -> NamedList:
        """Build one from a dict, a list, one value, or Snakemake's own named list.

        Parameters
        ----------
        value
            A dict gives names, a list gives positions only.
        flatten
            Whether a list under a name is a run of items (files) or one item (parameters).
        """
        if isinstance(value, NamedList):
            return cls(value, value.spans())
        if hasattr(value, "_get_names"):  # Snakemake's: the same pairs of name and span
            return cls(list(value), dict(value._get_names()))  # noqa: SLF001
        if isinstance(value, Mapping):
            values: list[Any] = []
            names: dict[str, Span] = {}
            for name, item in value.items():
                if flatten and isinstance(item, (list, tuple)):
                    names[name] = (len(values), len(values) + len(item))
                    values.extend(item)
                else:
                    names[name] = (len(values), None)
                    values.append(item)
            return cls(values, names)
        return cls([value] if isinstance(value, (str, os.PathLike)) else list(value))

    def spans(self) -> dict[str, Span]:
        """Give where each name's items stand: its position, or start and end of its run."""
        return dict(self._names)

    def keys(self) -> list[str]:
        """Give the names in order."""
        return list(self._names)

    def items(self) -> list[tuple[str, Any]]:
        """Give name and value pairs in order."""
        return [(name, getattr(self, name)) for name in self._names]

    def get(self, name: str, default: Any = None) -> Any:
        """Give the value of a name, or the default where there is no such name."""
        return getattr(self, name) if name in self._names else default

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            if key not in self._names:
                raise KeyError(f"{key!r} is none of {', '.join(self._names)}")
            return getattr(self, key)
        return super().__getitem__(key)


FILES = ("input", "output", "log")
VALUES = ("params", "wildcards", "resources")


@dataclass
class SnakemakeObject:
    """What a script sees as `snakemake`; every field may be given as a dict, a list or a value."""

    input: Any = ()
    output: Any = ()
    log: Any = ()
    params: Any = field(default_factory=dict)
    wildcards: Any = field(default_factory=dict)
    resources: Any = field(default_factory=dict)
    threads: int = 1
    rule: str = "standin"

    def __post_init__(self) -> None:
        for name in FILES:
            files = NamedList.of(getattr(self, name), flatten=True)
            plain = [os.fspath(path) for path in files]
            setattr(self, name, NamedList(plain, files.spans()))
        for name in VALUES:
            setattr(self, name, NamedList.of(getattr(self, name), flatten=False))

    @classmethod
    def copy_of(cls, snakemake: Any) -> SnakemakeObject:
        """Copy Snakemake's object (its configuration is left out: no script may read it)."""
        fields = {name: getattr(snakemake, name) for name in (*FILES, *VALUES, "threads", "rule")}
        return cls(**fields)

    def to_json(self) -> str:
        """Write everything as JSON.

        Raises
        ------
        TypeError
            A parameter is not a plain value.
        """
        named = {
            name: {"values": list(value), "names": value.spans()}
            for name in (*FILES, *VALUES)
            for value in [getattr(self, name)]
        }
        return json.dumps({**named, "threads": self.threads, "rule": self.rule})

    @classmethod
    def from_json(cls, text: str) -> SnakemakeObject:
        """Read what `to_json` wrote."""
        data: dict[str, Any] = json.loads(text)
        for name in (*FILES, *VALUES):
            data[name] = NamedList(data[name]["values"], data[name]["names"])
        return cls(**data)


def run_script(path: str | os.PathLike[str], snakemake: SnakemakeObject) -> None:
    """Run a script of the workflow in this process, with the stand-in as its `snakemake`.

    Raises
    ------
    SystemExit
        The script left with a code other than 0 (any other exception passes through as it is).
    """
    script = Path(path).resolve()
    before = sys.path.copy()
    sys.path.append(str(script.parent))  # Snakemake appends the folder of the script as well
    try:
        runpy.run_path(str(script), init_globals={"snakemake": snakemake}, run_name="__main__")
    except SystemExit as stop:
        if stop.code not in (None, 0):
            raise
    finally:
        sys.path[:] = before


def main() -> None:
    """Run `SCRIPT` with the stand-in whose JSON lies in the open file `DESCRIPTOR`."""
    script, descriptor = sys.argv[1:]
    with open(int(descriptor), encoding="utf-8") as source:
        snakemake = SnakemakeObject.from_json(source.read())
    run_script(script, snakemake)
