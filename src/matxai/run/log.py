"""Copy everything a process prints into a log file, whoever prints it."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STDOUT, STDERR = 1, 2
PATIENCE_S = 5.0


@contextmanager
def tee(log: Path | None) -> Iterator[None]:
    """Append stdout and stderr to the log and show them on stderr, in the order they were written.

    The file descriptors are replaced, so what C libraries and child processes print is caught as
    well. The copying is done by the system's `tee`: a thread of this process could neither run
    while a C library holds the interpreter nor outlive a crash of it.

    Parameters
    ----------
    log
        The file, or None to change nothing.
    """
    if log is None:
        yield
        return
    _flush()
    saved = os.dup(STDOUT), os.dup(STDERR)
    # Signals that end this process must not end tee before it has written the last words.
    copier = subprocess.Popen(
        ["sh", "-c", 'trap "" HUP INT PIPE TERM; exec tee -a "$0"', str(log)],
        stdin=subprocess.PIPE,
        stdout=saved[1],
    )
    assert copier.stdin is not None
    for descriptor in (STDOUT, STDERR):
        os.dup2(copier.stdin.fileno(), descriptor)
    copier.stdin.close()
    streams = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _text(STDOUT), _text(STDERR)
    try:
        yield
    finally:
        _flush()
        sys.stdout, sys.stderr = streams
        for descriptor, original in zip((STDOUT, STDERR), saved, strict=True):
            os.dup2(original, descriptor)
            os.close(original)
        # A child process that lives on holds the pipe; tee then ends with it.
        with suppress(subprocess.TimeoutExpired):
            copier.wait(PATIENCE_S)


def _text(descriptor: int) -> TextIO:
    return open(
        descriptor, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False
    )


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
