"""Progress lines for loops that take long enough to make a reader wonder."""

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sized
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from typing import TypeVar

Item = TypeVar("Item")

EVERY_S = 10.0
# Where `report` shows lines beside the log; nowhere without a descriptor.
_terminal = SimpleNamespace(descriptor=None, job="", shown_at=0.0)


@contextmanager
def shown_on(descriptor: int, job: str) -> Iterator[None]:
    """Let `report` show some of its lines on a terminal as well, with the job's name before them."""
    _terminal.descriptor, _terminal.job, _terminal.shown_at = descriptor, job, time.monotonic()
    try:
        yield
    finally:
        _terminal.descriptor = None


def job_name(rule: str, wildcards: Mapping[str, str]) -> str:
    """Name a job for a person, without the study: `train_crabnet power_factor/crabnet/seed0`."""
    own = {key: value for key, value in wildcards.items() if key != "study"}
    parts = [f"{key}{value}" if value.isdigit() else value for key, value in own.items()]
    return f"{rule} {'/'.join(parts)}".rstrip()


def report(line: str) -> None:
    """Print a line, which goes to the job's log, and every ten seconds one to the terminal."""
    print(line, flush=True)
    now = time.monotonic()
    # A second of grace: a caller that reports every ten seconds is never a moment too early.
    if _terminal.descriptor is not None and now - _terminal.shown_at >= EVERY_S - 1:
        _terminal.shown_at = now
        with suppress(OSError):  # a terminal that was closed ends no job
            os.write(_terminal.descriptor, f"{_terminal.job}: {line}\n".encode())


def progress(iterable: Iterable[Item], label: str, total: int | None = None) -> Iterator[Item]:
    """Yield the items and report after the first, the last, and every ten seconds.

    The lines begin with the label; the total is by default `len(iterable)` where there is one.
    """
    if total is None and isinstance(iterable, Sized):
        total = len(iterable)
    start = last = time.monotonic()
    done = reported = 0
    for item in iterable:
        yield item
        done += 1
        now = time.monotonic()
        if done == 1 or now - last >= EVERY_S:
            report(_line(label, done, total, now - start))
            last, reported = now, done
    if reported != done or done == 0:
        report(_line(label, done, total, time.monotonic() - start))


def duration(seconds: float) -> str:
    """Write a time span as a person would: `45 s`, `3 min 48 s`, `2 h 05 min`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes_left:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def time_left(done: float, total: float, elapsed_s: float) -> str:
    """Say how long the rest takes at the same rate, as `, 45 s left`; empty before a tenth is done."""
    if not total / 10 <= done < total:
        return ""
    return f", {duration((total - done) * elapsed_s / done)} left"


def _line(label: str, done: int, total: int | None, elapsed_s: float) -> str:
    count = f"{label} {done}" if total is None else f"{label} {done}/{total}"
    if done == 0 or elapsed_s <= 0:
        return count
    line = f"{count}, {done / elapsed_s:.3g} per second"
    if done == total:
        return f"{line}, {duration(elapsed_s)} in all"
    # One or two items say little about the others: the first may have to warm up.
    return line if total is None or done < 3 else line + time_left(done, total, elapsed_s)
