"""What Snakemake shows: one line per job, and how much of the work is done by past times."""

import io
import logging

import pytest
from snakemake.logging import ColorizingTextHandler, DefaultFilter, DefaultFormatter, logger
from snakemake_interface_logger_plugins.common import LogEvent

from matxai.run import terminal
from matxai.run.terminal import calm_terminal, past_seconds

STATS = {"train": 2, "plot": 3, "all": 1, "total": 6}


@pytest.fixture
def shown(monkeypatch):
    """A function that lets Snakemake's handler show records, and gives the text."""

    def show(seconds, *records, dryrun=False):
        stream = io.StringIO()
        handler = ColorizingTextHandler(
            stream=stream,
            formatter=DefaultFormatter(show_failed_logs=True),
            filter=DefaultFilter(set(), False, False, dryrun, False),
        )
        handler.name = "DefaultStreamHandler"
        monkeypatch.setattr(logger, "handlers", [handler])
        calm_terminal(seconds)
        for event, fields in records:
            fields = {
                "event": event,
                "msg": "",
                "levelno": logging.INFO,
                "levelname": "INFO",
            } | fields
            handler.handle(logging.makeLogRecord(fields))
        return stream.getvalue()

    return show


def start(jobid, rule, output=("a.csv",), **wildcards):
    fields = {"jobid": jobid, "rule_name": rule, "output": output, "wildcards": wildcards}
    return LogEvent.JOB_INFO, fields


def finish(jobid):
    return LogEvent.JOB_FINISHED, {"job_id": jobid}


RECORDS = [
    (None, {"msg": "Using shell: /usr/bin/bash"}),
    (LogEvent.RUN_INFO, {"stats": STATS}),
    (None, {"msg": "Select jobs to execute..."}),
    (LogEvent.JOB_STARTED, {"msg": "Execute 2 jobs...", "jobs": [1, 2]}),
    start(1, "train", study="default", dataset="metal", seed="0"),
    start(2, "plot", study="default"),
    finish(2),
    (LogEvent.PROGRESS, {"done": 1, "total": 6}),
    start(3, "train", study="default", dataset="metal", seed="1"),
    finish(1),
    (LogEvent.PROGRESS, {"done": 2, "total": 6}),
    start(4, "plot", study="default"),
    start(5, "all", output=()),
    (None, {"msg": "Complete log(s): x"}),
]


def test_a_line_per_job_with_the_share_of_past_times(shown, monkeypatch):
    clock = iter([0.0, *[10.0] * 9])
    monkeypatch.setattr(terminal.time, "monotonic", lambda: next(clock))
    # 2 * 40 + 3 * 5 + 5 for `all`, which counts as the median: 100 s of work.
    text = shown({"train": 40.0, "plot": 5.0, "other": 5.0}, *RECORDS)
    assert text.splitlines() == [
        "6 jobs",
        "",
        "  0% done | train metal/seed0",
        "  0% done | plot",
        "  5% done | train metal/seed1",
        " 45% done, 12 s left | plot",
        "Complete log(s): x",
    ]


def test_a_first_run_counts_jobs_and_estimates_nothing(shown):
    lines = shown({}, *RECORDS).splitlines()
    assert lines[-2:] == [" 33% done | plot", "Complete log(s): x"]
    assert not any("left" in line for line in lines)


def test_a_failed_job_shows_its_log(shown, tmp_path):
    log = tmp_path / "train.log"
    log.write_text("ValueError: broken\n")
    error = {
        "rule_name": "train", "rule_msg": None, "jobid": 1, "input": [], "output": ["a.csv"],
        "log": [str(log)], "conda_env": None, "shellcmd": None, "aux": {},
    }  # fmt: skip
    assert "ValueError: broken" in shown({}, (LogEvent.JOB_ERROR, error))


def test_a_dry_run_shows_everything(shown):
    assert "Using shell" in shown({}, (None, {"msg": "Using shell: x"}), dryrun=True)


def test_past_times_are_means_by_rule_and_a_table_helps_the_first_run(tmp_path):
    folder = tmp_path / "jobs" / "default"
    (folder / "metal").mkdir(parents=True)
    for name, seconds in (("metal/a", 10), ("metal/b", 20)):
        (folder / f"{name}.tsv").write_text(f"s\trule_name\n{seconds}\ttrain\n")
    (folder / "old.tsv").write_text("s\tmax_rss\n3\t100\n")  # made without benchmark-extended
    table = tmp_path / "table.csv"
    table.write_text("rule,wall_s\ntrain,99\nplot,4\n")
    assert past_seconds(folder) == {"train": 15.0}
    assert past_seconds(folder, table) == {"train": 15.0, "plot": 4.0}
    assert past_seconds(tmp_path / "none", tmp_path / "none.csv") == {}
