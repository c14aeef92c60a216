"""Progress lines come rarely, and tell the truth."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from matxai.run.progress import duration, job_name, progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager


def lines_of(items: Iterable[int], step_s: float, every_s: float, total: int | None) -> list[str]:
    """Collect the lines of a loop in which every look at the clock is `step_s` later."""
    lines: list[str] = []
    with patched(itertools.count(0.0, step_s).__next__, report=lines.append, EVERY_S=every_s):
        list(progress(items, "epoch", total))
    return lines


def patched(clock: Callable[[], float], **others: object) -> AbstractContextManager[object]:
    """Replace the clock, which gives seconds, and other names in the module."""
    time = SimpleNamespace(monotonic=clock)
    return mock.patch.multiple("matxai.run.progress", time=time, **others)


def test_items_come_through_unchanged() -> None:
    assert list(progress("abc", "row")) == ["a", "b", "c"]


def test_first_last_and_every_so_often() -> None:
    lines = lines_of(iter(range(60)), 5.0, 100.0, 60)
    assert lines == [
        "epoch 1/60, 0.2 per second",
        "epoch 21/60, 0.2 per second, 3 min 15 s left",
        "epoch 41/60, 0.2 per second, 1 min 35 s left",
        "epoch 60/60, 0.197 per second, 5 min 05 s in all",
    ]


def test_length_is_found_or_left_out() -> None:
    assert lines_of(range(6), 1.0, 99.0, None)[0] == "epoch 1/6, 1 per second"
    assert lines_of(iter(range(6)), 1.0, 99.0, None)[-1] == "epoch 6, 0.857 per second"


def test_no_time_is_left_before_a_tenth_and_three_items() -> None:
    few = lines_of(range(4), 1.0, 1.0, None)
    assert [line.endswith("left") for line in few] == [False, False, True, False]
    many = lines_of(range(100), 1.0, 1.0, None)
    assert [line.endswith("left") for line in many] == [False] * 9 + [True] * 90 + [False]


def test_no_items_and_one_item() -> None:
    lines: list[str] = []
    with patched(lambda: 0.0, report=lines.append):
        assert list(progress([], "row")) == []
        assert list(progress(["a"], "row")) == ["a"]
    assert lines == ["row 0/0", "row 1/1"]


def test_lines_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with patched(itertools.count(0.0, 2.0).__next__):
        list(progress([1], "row"))
    assert capsys.readouterr().out == "row 1/1, 0.5 per second, 2 s in all\n"


def test_a_job_is_named_by_rule_and_wildcards() -> None:
    wildcards = {"study": "default", "dataset": "metal", "network": "crabnet", "seed": "0"}
    assert job_name("train_crabnet", wildcards) == "train_crabnet metal/crabnet/seed0"
    assert job_name("prepare_compositions", {"study": "default"}) == "prepare_compositions"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (228, "3 min 48 s"), (7500, "2 h 05 min")],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text
