"""Progress lines come rarely, and tell the truth."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from matxai.run.progress import duration, progress

if TYPE_CHECKING:
    from collections.abc import Iterable


def lines_of(items: Iterable[int], step_s: float, every_s: float, total: int | None) -> list[str]:
    """Collect the lines of a loop in which every look at the clock is `step_s` later."""
    lines: list[str] = []
    clock = itertools.count(0.0, step_s).__next__
    for _ in progress(items, "epoch", total, every_s, clock=clock, write=lines.append):
        pass
    return lines


def test_items_come_through_unchanged() -> None:
    assert list(progress("abc", "row", write=str)) == ["a", "b", "c"]


def test_first_last_and_every_so_often() -> None:
    lines = lines_of(iter(range(60)), 5.0, 100.0, 60)
    assert lines == [
        "epoch 1/60, 0.2 items/s, 4 min 55 s left",
        "epoch 21/60, 0.2 items/s, 3 min 15 s left",
        "epoch 41/60, 0.2 items/s, 1 min 35 s left",
        "epoch 60/60, 0.197 items/s, 5 min 05 s in all",
    ]


def test_length_is_found_or_left_out() -> None:
    assert lines_of(range(6), 1.0, 99.0, None)[0] == "epoch 1/6, 1 items/s, 5 s left"
    assert lines_of(iter(range(6)), 1.0, 99.0, None)[-1] == "epoch 6, 0.857 items/s"


def test_no_items_and_one_item() -> None:
    lines: list[str] = []
    assert list(progress([], "row", write=lines.append)) == []
    assert list(progress(["a"], "row", clock=lambda: 0.0, write=lines.append)) == ["a"]
    assert lines == ["row 0/0", "row 1/1"]


def test_lines_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    list(progress([1], "row", clock=itertools.count(0.0, 2.0).__next__))
    assert capsys.readouterr().out == "row 1/1, 0.5 items/s, 2 s in all\n"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (228, "3 min 48 s"), (7500, "2 h 05 min")],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text
