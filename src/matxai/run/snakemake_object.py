"""A plain object in the shape of Snakemake's `snakemake`, and a way to run a real script with it.

It is for the TensorFlow environment (`matxai.run.tensorflow`), where Snakemake is not installed and its
own object cannot be unpickled, and for tests, which run the scripts without starting a workflow.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

Span = tuple[int, int | None]


class NamedList(list[Any]):
    """A list whose items, or runs of items, also have names, as attributes.

    The span of a name is start and end of its items: one item where the end is None, else a list.
    """

    def __init__(self, values: Iterable[Any] = (), spans: Mapping[str, Span] | None = None) -> None:
        super().__init__(values)
        self.spans = dict(spans or {})
        for name, (start, end) in self.spans.items():
            setattr(self, name, self[start] if end is None else NamedList(self[start:end]))

    @classmethod
    def from_any(cls, value: Any, *, flatten: bool) -> NamedList:
        """Make one of a dict (which gives names), a list, one value, or Snakemake's own named list.

        With ``flatten``, a list under a name is a run of items (files), else one item (parameters).
        """
        if isinstance(value, NamedList):
            return value
        if hasattr(value, "_get_names"):  # Snakemake's: the same pairs of name and span
            return cls(value, dict(value._get_names()))  # noqa: SLF001
        if not isinstance(value, Mapping):
            return cls([value] if isinstance(value, (str, os.PathLike)) else value)
        values: list[Any] = []
        spans: dict[str, Span] = {}
        for name, item in value.items():
            run = flatten and isinstance(item, (list, tuple))
            spans[name] = (len(values), len(values) + len(item) if run else None)
            values.extend(item if run else [item])
        return cls(values, spans)

    def items(self) -> list[tuple[str, Any]]:
        """Give name and value pairs in order."""
        return [(name, getattr(self, name)) for name in self.spans]

    def get(self, name: str, default: Any = None) -> Any:
        """Give the value of a name, or the default where there is no such name."""
        return getattr(self, name) if name in self.spans else default

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, str):
            return super().__getitem__(key)
        if key not in self.spans:
            raise KeyError(f"{key!r} is none of {', '.join(self.spans)}")
        return getattr(self, key)


@dataclass
class SnakemakeObject:
    """What a script sees as `snakemake`; every field may be given as a dict, a list or a value."""

    input: Any = ()
    output: Any = ()
    log: Any = ()
    params: Any = ()
    wildcards: Any = ()
    resources: Any = ()
    threads: int = 1
    rule: str = "some_rule"

    def __post_init__(self) -> None:
        for name in ("input", "output", "log"):
            files = NamedList.from_any(getattr(self, name), flatten=True)
            setattr(self, name, NamedList(map(os.fspath, files), files.spans))
        for name in ("params", "wildcards", "resources"):
            setattr(self, name, NamedList.from_any(getattr(self, name), flatten=False))

    @classmethod
    def copy_of(cls, snakemake: Any) -> SnakemakeObject:
        """Copy Snakemake's object (its configuration is left out: no script may read it)."""
        return cls(**{field.name: getattr(snakemake, field.name) for field in fields(cls)})

    def to_json(self) -> str:
        """Write everything as JSON; a parameter that is not a plain value is a TypeError."""
        values = {
            name: [value, value.spans] if isinstance(value, NamedList) else value
            for name, value in vars(self).items()
        }
        return json.dumps(values)

    @classmethod
    def from_json(cls, text: str) -> SnakemakeObject:
        """Read what `to_json` wrote."""
        values: dict[str, Any] = {
            name: NamedList(*value) if isinstance(value, list) else value
            for name, value in json.loads(text).items()
        }
        return cls(**values)


def run_script(path: str | os.PathLike[str], snakemake: SnakemakeObject) -> None:
    """Run a script of the workflow in this process, with this object as its `snakemake`.

    Its exceptions pass through, and so does SystemExit with a code other than 0.
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
    """Run the script and take the object from the open file that the command line names."""
    script, descriptor = sys.argv[1:]
    with open(int(descriptor), encoding="utf-8") as source:
        snakemake = SnakemakeObject.from_json(source.read())
    run_script(script, snakemake)
