"""Everything that a process prints goes to a log file, whoever prints it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

STDOUT, STDERR = 1, 2


@contextmanager
def redirected(log: Path) -> Iterator[int]:
    """Send stdout and stderr to a log file, in the order in which they are written.

    The file descriptors are replaced, so that what C libraries and child processes print is caught
    as well.

    Args:
        log: The file, which begins anew. Its folder is made.

    Yields:
        File descriptor of the stderr from before: the terminal, or what stands in for it.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    _flush()
    saved = {descriptor: os.dup(descriptor) for descriptor in (STDOUT, STDERR)}
    with log.open("w", buffering=1, encoding="utf-8", errors="backslashreplace") as file:
        try:
            for descriptor in saved:
                os.dup2(file.fileno(), descriptor)
            with redirect_stdout(file), redirect_stderr(file):
                yield saved[STDERR]
        finally:
            _flush()
            for descriptor, original in saved.items():
                os.dup2(original, descriptor)
                os.close(original)


def _flush() -> None:
    sys.stdout.flush()
    sys.stderr.flush()
