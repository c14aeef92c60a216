"""What Snakemake itself shows on the terminal: one line per job, with the share of the work done.

Snakemake's messages are log records, and a Snakefile is Python: it can give the handler of the
terminal another format. The complete text goes to `.snakemake/log/` as before.
"""

import csv
import logging
import time
from collections import defaultdict
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from statistics import mean, median
from typing import Any

from snakemake.logging import DefaultFormatter, get_event, logger
from snakemake_interface_logger_plugins.common import LogEvent

from matxai.run.progress import job_name, time_left

_SILENT_EVENTS = {LogEvent.WORKFLOW_STARTED, LogEvent.RESOURCES_INFO, LogEvent.PROGRESS}
_SILENT_EVENTS |= {LogEvent.JOB_STARTED, LogEvent.JOB_FINISHED}
_SILENT_TEXTS = ("Assuming unrestricted shared", "Using shell", "Select jobs", "Building DAG")


def calm_terminal(seconds: Mapping[str, float]) -> None:
    """Shorten what Snakemake shows, unless it was asked for a dry run or for all details.

    Rules that ``seconds`` (of `past_seconds`) does not name count as much as the median of the others.
    """
    for handler in logger.handlers:
        settings = next(iter(handler.filters), None)
        if handler.name == "DefaultStreamHandler" and not (
            getattr(settings, "dryrun", False) or getattr(settings, "verbose", False)
        ):
            messages = ShortMessages(seconds, show_failed_logs=handler.formatter.show_failed_logs)
            handler.setFormatter(messages)
            handler.addFilter(messages)


def past_seconds(benchmarks: Path, table: Path | None = None) -> dict[str, float]:
    """Say what a job of each rule took in the past on average, in seconds.

    The times stand in a folder of benchmark files (made with `benchmark-extended`); where a rule has none
    there, in a table for a first run with the columns `rule` and `wall_s`.
    """
    first = _rows(table, ",") if table is not None and table.is_file() else []
    times = defaultdict(list)
    for row in chain.from_iterable(_rows(file, "\t") for file in benchmarks.rglob("*.tsv")):
        if "rule_name" in row:
            times[row["rule_name"]].append(float(row["s"]))
    means = {rule: mean(values) for rule, values in times.items()}
    return {row["rule"]: float(row["wall_s"]) for row in first} | means


def _rows(path: Path, delimiter: str) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as source:
        return list(csv.DictReader(source, delimiter=delimiter))


class ShortMessages(DefaultFormatter):  # type: ignore[misc] # Snakemake has no types
    """Format of Snakemake's messages, and filter of those that say nothing to most people."""

    def __init__(self, seconds: Mapping[str, float], *, show_failed_logs: bool = True) -> None:
        super().__init__(show_failed_logs=show_failed_logs)
        self.seconds = seconds
        self.typical = median(seconds.values()) if seconds else 1.0
        self.rules: dict[int, str] = {}
        self.done = self.total = self.started = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether a message is shown, and count the work that is done."""
        event, fields = get_event(record), vars(record)
        if event == LogEvent.RUN_INFO:
            counts = fields["stats"].items()
            self.total = sum(n * self._work(rule) for rule, n in counts if rule != "total")
            self.started = time.monotonic()
        elif event == LogEvent.JOB_INFO:
            self.rules[fields["jobid"]] = fields["rule_name"]
            return bool(fields["output"])  # a target rule without outputs does nothing
        elif event == LogEvent.JOB_FINISHED:
            self.done += self._work(self.rules.get(fields["job_id"], ""))
        if event is None:
            return not str(record.msg).startswith(_SILENT_TEXTS)
        return event not in _SILENT_EVENTS

    def format_run_info(self, msg: dict[str, Any]) -> str:
        """Say how many jobs there are."""
        return f"{msg['stats']['total']} jobs"

    def format_job_info(self, msg: dict[str, Any]) -> str:
        """Name a job that starts, after the share of the work done and the time that is left."""
        share = self.done / self.total if self.total else 0.0
        elapsed = time.monotonic() - self.started
        # Counts of jobs that were never timed say nothing about the time that is left.
        left = time_left(self.done, self.total, elapsed) if self.seconds else ""
        return f"{share:4.0%} done{left} | {job_name(msg['rule_name'], msg['wildcards'])}"

    def _work(self, rule: str) -> float:
        return self.seconds.get(rule, self.typical)
