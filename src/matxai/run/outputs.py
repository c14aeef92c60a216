"""Outputs that appear whole or not at all."""

import errno
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from matxai.run.errors import InputError
from matxai.run.snakemake_object import NamedList

PREFIX = ".partial-"


@contextmanager
def whole_or_nothing(outputs: NamedList, owner: str) -> Iterator[NamedList]:
    """Give temporary paths for the outputs; move them into place if the block ends cleanly.

    The outputs may be files or folders; their parent folders are made. Each temporary path is a hidden
    sibling with the same suffix, so that the final move is a rename within one file system. The owner,
    who writes them, is named in the error message.

    Raises:
        FileNotFoundError: The block ended cleanly without writing an output; none is moved then.
        InputError: There was no space left to write to.
    """
    final = [Path(path) for path in outputs]
    partial = [path.with_name(PREFIX + path.name) for path in final]
    for path in partial:
        _remove(path)  # left by a run that was killed
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield NamedList(map(str, partial), outputs.spans)
        for position, path in enumerate(partial):
            if not path.exists():
                name = f"{_name(position, outputs)} ({final[position]})"
                raise FileNotFoundError(f"{owner} ended without writing output {name}")
        for source, target in zip(partial, final, strict=True):
            if target.is_dir() or source.is_dir():  # a rename replaces files and empty folders only
                _remove(target)
            source.replace(target)
    except Exception as error:
        if not _no_space(error):
            raise
        folders = sorted({str(path.parent) for path in final})
        free = [f"{folder}: {shutil.disk_usage(folder).free // 10**6} MB" for folder in folders]
        raise InputError(
            "No space left on the disk",
            where=", ".join(free),
            expected="room for the outputs and, in a training, its checkpoint",
            fix="free some, or let the results go elsewhere (--directory), then run the same command "
            "again: what is finished is kept, a training goes on from its checkpoint",
        ) from error
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


def _no_space(error: BaseException | None) -> bool:
    """Whether an error, or one that led to it, is a full disk; libraries in Rust say so in words."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if "No space left on device" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _name(position: int, outputs: NamedList) -> str:
    for name, (start, end) in outputs.spans.items():
        if start <= position < (start + 1 if end is None else end):
            return repr(name) + ("" if end is None else f"[{position - start}]")
    return f"[{position}]"


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
