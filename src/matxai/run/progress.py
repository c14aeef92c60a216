"""Progress lines for loops that take long enough to make a reader wonder."""

from __future__ import annotations

import time
from collections.abc import Sized
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Item = TypeVar("Item")


def progress(
    iterable: Iterable[Item],
    label: str,
    total: int | None = None,
    every_s: float = 10.0,
    *,
    clock: Callable[[], float] = time.monotonic,
    write: Callable[[str], object] | None = None,
) -> Iterator[Item]:
    """Yield the items and print a line after the first, the last, and every `every_s` seconds.

    Parameters
    ----------
    iterable, label
        What is worked through, and what the lines call it.
    total
        Number of items; by default `len(iterable)` where there is one.
    every_s
        Least time between two lines in seconds (the first and the last always come).
    clock, write
        Source of the time in seconds and sink of the lines (replaced in tests).
    """
    if total is None and isinstance(iterable, Sized):
        total = len(iterable)
    write = write or _print_line
    start = last = clock()
    done = reported = 0
    for item in iterable:
        yield item
        done += 1
        now = clock()
        if done == 1 or now - last >= every_s:
            write(_line(label, done, total, now - start))
            last, reported = now, done
    if reported != done or done == 0:
        write(_line(label, done, total, clock() - start))


def duration(seconds: float) -> str:
    """Write a time span as a person would: `45 s`, `3 min 48 s`, `2 h 05 min`."""
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes_left:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def _line(label: str, done: int, total: int | None, elapsed: float) -> str:
    count = f"{label} {done}" if total is None else f"{label} {done}/{total}"
    if done == 0 or elapsed <= 0:
        return count
    rate = done / elapsed
    line = f"{count}, {rate:.3g} items/s"
    if total is not None and done < total:
        return f"{line}, {duration((total - done) / rate)} left"
    return line if total is None else f"{line}, {duration(elapsed)} in all"


def _print_line(line: str) -> None:
    print(line, flush=True)
