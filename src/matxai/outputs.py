"""Outputs that appear whole or not at all."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matxai.standin import NamedList, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = ".partial-"


@contextmanager
def whole_or_nothing(outputs: NamedList, owner: str = "the script") -> Iterator[NamedList]:
    """Give temporary paths for the outputs; move them into place if the block ends cleanly.

    Parameters
    ----------
    outputs
        Final paths, of files or folders. Their parent folders are made.
    owner
        Who writes them, for the error message.

    Yields
    ------
    NamedList
        The same names and positions; each path is a hidden sibling with the same suffix, so the
        final move is a rename within one file system.

    Raises
    ------
    FileNotFoundError
        The block ended cleanly but did not write one of the outputs; none is moved then.
    """
    final = [Path(path) for path in outputs]
    partial = [path.with_name(PREFIX + path.name) for path in final]
    spans = outputs.spans()
    for path in partial:
        _remove(path)  # left by a run that was killed
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield NamedList([str(path) for path in partial], spans)
        for position, (source, target) in enumerate(zip(partial, final, strict=True)):
            if not source.exists():
                name = _name_of(position, spans)
                raise FileNotFoundError(f"{owner} ended without writing output {name} ({target})")
        for source, target in zip(partial, final, strict=True):
            if target.is_dir() or source.is_dir():  # a rename replaces files and empty folders only
                _remove(target)
            source.replace(target)
    finally:
        for path in partial:
            _remove(path)


def write_json(values: Any, path: str | Path) -> None:
    """Write JSON-plain values, indented, without NaN or infinity (ValueError)."""
    text = json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False)
    Path(path).write_text(text + "\n", encoding="utf-8")


def read_json(path: str | Path) -> Any:
    """Read what `write_json` wrote."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def _name_of(position: int, spans: dict[str, Span]) -> str:
    for name, (start, end) in spans.items():
        if end is None and start == position:
            return repr(name)
        if end is not None and start <= position < end:
            return f"{name!r}[{position - start}]"
    return f"[{position}]"


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
