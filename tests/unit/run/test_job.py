"""The frame around a script: outputs whole or not at all, a log of everything, repeatable seeds."""

from __future__ import annotations

import math
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.project import REPOSITORY

from matxai.run.errors import InputError
from matxai.run.job import Job, job
from matxai.run.progress import report, shown_on
from matxai.run.snakemake_object import SnakemakeObject, run_script


@pytest.fixture
def snakemake_object(tmp_path: Path) -> SnakemakeObject:
    return SnakemakeObject(
        input={"table": "in.csv"},
        output={"figure": tmp_path / "out/figure.svg", "tables": [tmp_path / "a.csv", "b.csv"]},
        log=tmp_path / "logs/rule.log",
        params={"libs": {"numpy": "1.2.3"}, "size": [1, 2]},
        wildcards={"study": "demo"},
        threads=1,
        rule="plot_figure",
    )


def write_all(run: Job) -> None:
    for path in run.output:
        Path(path).write_text("x", encoding="utf-8")


def run_in_child(
    folder: Path, body: str, *, wait: bool = True, output: str = "out.txt"
) -> subprocess.Popen[str]:
    """Run a script with one output and a log in a process of its own."""
    (folder / "script.py").write_text(body, encoding="utf-8")
    code = (
        "from matxai.run.snakemake_object import SnakemakeObject, run_script\n"
        f"s = SnakemakeObject(output={{'text': {output!r}}}, log='log.txt', rule='demo', "
        "wildcards={'study': 'a', 'seed': '3'})\n"
        "run_script('script.py', s)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=folder,
        env={"PYTHONPATH": str(REPOSITORY / "src"), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    if wait:
        child.wait(30)
    return child


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"script.py", "log.txt"}


def test_outputs_are_moved_into_place(
    snakemake_object: SnakemakeObject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with job(snakemake_object) as run:
        write_all(run)
        assert Path(run.output.figure).suffix == ".svg"
        assert run.output["figure"] == run.output[0]
        assert run.output.tables == run.output[1:]
        assert Path(run.output.figure).parent == tmp_path / "out"
        assert not any(Path(path).exists() for path in snakemake_object.output)
        assert (run.input.table, run.params.size, run.wildcards.study) == ("in.csv", [1, 2], "demo")
    assert all(Path(path).read_text(encoding="utf-8") == "x" for path in snakemake_object.output)
    assert not list(tmp_path.rglob(".partial-*"))


def test_a_failure_leaves_no_outputs_and_old_ones_alone(
    snakemake_object: SnakemakeObject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("b.csv").write_text("old", encoding="utf-8")
    with pytest.raises(ZeroDivisionError), job(snakemake_object) as run:  # noqa: PT012 - after the writing
        write_all(run)
        print(1 / 0)
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["b.csv", "rule.log"]
    assert Path("b.csv").read_text(encoding="utf-8") == "old"
    log = Path(snakemake_object.log[0]).read_text(encoding="utf-8")
    assert "Traceback" in log
    assert "ZeroDivisionError: division by zero" in log
    assert re.search(r"--- failed \(ZeroDivisionError\), no outputs written \| wall \d+ s", log)


@pytest.mark.parametrize(
    ("missing", "named"), [(0, r"'figure' \(.*figure\.svg\)"), (2, r"'tables'\[1\] \(b\.csv\)")]
)
def test_a_missing_output_is_named(
    snakemake_object: SnakemakeObject,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    missing: int,
    named: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    message = f"plot_figure ended without writing output {named}"
    with pytest.raises(FileNotFoundError, match=message), job(snakemake_object) as run:  # noqa: PT012
        write_all(run)
        Path(run.output[missing]).unlink()
    assert not any(Path(path).exists() for path in snakemake_object.output)


def test_folders_are_outputs_too_and_stale_parts_go(tmp_path: Path) -> None:
    final = tmp_path / "store.zarr"
    (final / "old").mkdir(parents=True)
    (tmp_path / ".partial-store.zarr").mkdir()
    (tmp_path / ".partial-store.zarr/stale").touch()
    with job(SnakemakeObject(output=[final])) as run:
        store = Path(run.output[0])
        assert not store.exists()
        store.mkdir()
        (store / "new").touch()
    assert [path.name for path in final.iterdir()] == ["new"]
    assert names(tmp_path) == {"store.zarr"}


def test_log_holds_header_output_warnings_and_footer(
    snakemake_object: SnakemakeObject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with job(replace(snakemake_object, wildcards={"study": "demo", "seed": "7"})) as run:
        write_all(run)
        print("printed")
        subprocess.run(["sh", "-c", "echo from a child; echo its error >&2"], check=True)
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.showwarning = _plain_showwarning  # pytest records warnings otherwise
            warnings.warn("beware", stacklevel=1)
        print("last")
    log = Path(snakemake_object.log[0]).read_text(encoding="utf-8")
    for fact in (
        r"--- rule: +plot_figure",
        r"--- wildcards: study=demo",
        r"--- compute: +seed 7, 1 threads, device \w+",
        r"--- packages: +numpy 1\.2\.3",
        r"--- done \| wall \d+ s, CPU \d+\.\d s, peak memory \d+ MB\n$",
    ):
        assert re.search(fact, log), fact
    order = [log.index(w) for w in ("printed", "from a child", "its error", "beware", "last")]
    assert order == sorted(order)


def _plain_showwarning(message: object, *_: object) -> None:
    print(f"UserWarning: {message}", file=sys.stderr)


def test_seeds_repeat(snakemake_object: SnakemakeObject) -> None:
    def draw(**fields: object) -> tuple[int, float, float]:
        with job(SnakemakeObject(**fields)) as run:
            return run.seed, random.random(), float(np.random.rand())  # noqa: NPY002 - the global one is meant

    third = draw(wildcards={"seed": "3"})
    assert third[0] == 3
    assert draw(params={"seed": 3}) == third
    assert draw(wildcards={"seed": "3"}, params={"seed": 4}) == third
    assert draw() == draw(params={"seed": 0})
    assert draw()[1] != third[1]
    assert draw()[2] != third[2]
    with pytest.raises(InputError, match=r"(?s)wildcard `seed`.*'x'"):
        draw(wildcards={"seed": "x"})


def test_other_threads_may_run_a_job(snakemake_object: SnakemakeObject) -> None:
    seeds: list[int] = []

    def work() -> None:
        with job(SnakemakeObject()) as run:
            seeds.append(run.seed)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seeds == [0]


def test_the_device_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATXAI_DEVICE", "cpu")
    with job(SnakemakeObject(resources={"gpu": 1})) as run:
        assert run.device == "cpu"
    monkeypatch.setenv("MATXAI_DEVICE", "gpu")
    for asked in ({"gpu": 1}, {"gpu": 0, "gres": "gpu:1"}):
        with (
            pytest.raises(InputError, match=r"(?s)MATXAI_DEVICE.*'gpu'.*expected: one of .*cpu"),
            job(SnakemakeObject(resources=asked)),
        ):
            pass
    with job(SnakemakeObject()) as run:  # no GPU was asked for: others may be using it
        assert run.device == "cpu"


def test_scripts_in_a_process_log_what_c_code_and_python_print(tmp_path: Path) -> None:
    child = run_in_child(
        tmp_path,
        "import os, warnings\n"
        "from matxai.run.job import job\n"
        "with job(snakemake) as run:\n"
        "    print('first')\n"
        "    os.write(1, b'second\\n')\n"
        "    warnings.warn('third')\n"
        "    os.write(2, b'fourth\\n')\n"
        "    open(run.output.text, 'w').write('done')\n",
    )
    log = (tmp_path / "log.txt").read_text(encoding="utf-8")
    assert child.returncode == 0
    order = [log.index(word) for word in ("first", "second", "UserWarning: third", "fourth")]
    assert order == sorted(order)
    assert child.communicate() == ("", "")  # the terminal shows nothing of it
    assert names(tmp_path) == {"out.txt"}


def test_the_terminal_shows_a_progress_line_now_and_then(tmp_path: Path) -> None:
    child = run_in_child(
        tmp_path,
        "import os, time\n"
        "from matxai.run.job import job\n"
        "from matxai.run.progress import report\n"
        "clock = [0.0]\n"
        "time.monotonic = lambda: clock[0]\n"
        "with job(snakemake) as run:\n"
        "    for second in range(26):\n"
        "        clock[0] = second\n"
        "        report(f'epoch {second}/60')\n"
        "    os.system('echo from a child >&2')\n"
        "    open(run.output.text, 'w').write('done')\n"
        "report('after the job')\n",
    )
    log = (tmp_path / "log.txt").read_text(encoding="utf-8")
    assert [f"epoch {n}/60\n" in log for n in range(26)] == [True] * 26
    shown = "demo seed3: epoch 9/60\ndemo seed3: epoch 18/60\n"
    assert child.communicate() == ("after the job\n", shown)


def test_a_closed_terminal_ends_no_job(
    snakemake_object: SnakemakeObject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    reader, writer = os.pipe()
    os.close(reader)
    with job(snakemake_object) as run, shown_on(writer, "demo"):
        monkeypatch.setattr(time, "monotonic", lambda: math.inf)
        report("half")
        monkeypatch.undo()
        monkeypatch.chdir(tmp_path)
        write_all(run)
    os.close(writer)
    assert "half\n" in Path(snakemake_object.log[0]).read_text(encoding="utf-8")


def test_any_error_shows_its_message_and_logs_its_traceback(tmp_path: Path) -> None:
    child = run_in_child(
        tmp_path,
        "from matxai.run.job import job\nwith job(snakemake) as run:\n    1 / 0\n",
    )
    assert child.communicate() == ("", "ZeroDivisionError: division by zero\n")
    log = (tmp_path / "log.txt").read_text(encoding="utf-8")
    assert "Traceback" in log
    assert "1 / 0" in log or "line 3" in log


def test_an_input_error_shows_its_message_only(tmp_path: Path) -> None:
    child = run_in_child(
        tmp_path,
        "from matxai.run.errors import InputError\n"
        "from matxai.run.job import job\n"
        "with job(snakemake) as run:\n"
        "    open(run.output.text, 'w').write('half')\n"
        "    raise InputError('No number', file='a.csv', where='row 3', value='x', fix='cure')\n",
    )
    assert child.returncode == 1
    assert child.stderr is not None
    message = "No number\n  file:     a.csv\n  where:    row 3\n  value:    'x'\n  fix:      cure\n"
    assert child.stderr.read() == f"Error: {message}"
    log = (tmp_path / "log.txt").read_text(encoding="utf-8")
    assert "Traceback" in log
    assert message in log
    assert names(tmp_path) == set()


@pytest.mark.parametrize(
    ("number", "code", "word"),
    [(signal.SIGTERM, 143, "SIGTERM"), (signal.SIGINT, -signal.SIGINT, "SIGINT")],
)
def test_a_signal_removes_parts_and_is_logged(
    tmp_path: Path, number: signal.Signals, code: int, word: str
) -> None:
    child = run_in_child(
        tmp_path,
        "import signal, time\n"
        "from matxai.run.job import job\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "with job(snakemake) as run:\n"
        "    open(run.output.text, 'w').write('half')\n"
        "    open('ready', 'w').close()\n"
        "    try:\n"
        "        time.sleep(30)\n"
        "    finally:\n"
        "        time.sleep(0.1)\n"
        "        print('last words')\n",
        wait=False,
    )
    deadline = time.monotonic() + 20
    while not (tmp_path / "ready").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert (tmp_path / ".partial-out.txt").exists()
    os.killpg(child.pid, number)  # as Ctrl-C and a cluster do: whatever the child started, too
    assert child.wait(20) == code
    assert names(tmp_path) == {"ready"}
    log = (tmp_path / "log.txt").read_text(encoding="utf-8")
    assert log.index("last words") < log.index(f"--- interrupted by {word}, no outputs written")


def test_a_stand_in_survives_json(snakemake_object: SnakemakeObject, tmp_path: Path) -> None:
    copy = SnakemakeObject.from_json(snakemake_object.to_json())
    assert copy.to_json() == snakemake_object.to_json()
    assert copy.output.figure == str(tmp_path / "out/figure.svg")
    assert copy.output.tables == [str(tmp_path / "a.csv"), "b.csv"]
    assert (copy.params.size, copy.params["libs"], copy.wildcards.get("no", 5)) == (
        [1, 2],
        {"numpy": "1.2.3"},
        5,
    )
    with pytest.raises(TypeError, match="not JSON serializable"):
        SnakemakeObject(params={"path": Path()}).to_json()


def test_a_stand_in_copies_snakemakes_own_object() -> None:
    containers = pytest.importorskip("snakemake.iocontainers")
    files = containers.OutputFiles(fromdict={"first": "a"})
    files.extend(["b", "c"])
    files._set_name("rest", 1, end=3)
    params = containers.Params(fromdict={"values": [1, 2], "table": {"a": None}})
    theirs = SnakemakeObject()
    theirs.output, theirs.params, theirs.threads = files, params, 3
    copy = SnakemakeObject.from_json(SnakemakeObject.copy_of(theirs).to_json())
    assert (copy.output.first, copy.output.rest, list(copy.output)) == ("a", ["b", "c"], [*"abc"])
    assert (copy.params.values, copy.params.table, copy.threads) == ([1, 2], {"a": None}, 3)


def test_run_script_gives_the_script_its_object_and_folder(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("WORD = 'hello'\n", encoding="utf-8")
    (tmp_path / "script.py").write_text(
        "import beside\nfrom pathlib import Path\n"
        "Path(snakemake.output[0]).write_text(beside.WORD + __name__)\n",
        encoding="utf-8",
    )
    run_script(tmp_path / "script.py", SnakemakeObject(output=tmp_path / "out"))
    assert (tmp_path / "out").read_text(encoding="utf-8") == "hello__main__"
    (tmp_path / "script.py").write_text("raise SystemExit(3)", encoding="utf-8")
    with pytest.raises(SystemExit, match="3"):
        run_script(tmp_path / "script.py", SnakemakeObject())


@pytest.mark.parametrize(
    "error",
    [
        OSError(28, "No space left on device"),
        OSError(122, "Disk quota exceeded"),
        RuntimeError("I/O error: No space left on device (os error 28)"),
    ],
)
def test_a_full_disk_is_named_and_leaves_nothing(tmp_path: Path, error: Exception) -> None:
    output = tmp_path / "results" / "table.csv"

    def write_half() -> None:
        with job(SnakemakeObject(output=[str(output)])) as run:
            Path(run.output[0]).write_text("half")
            raise error

    with pytest.raises(InputError, match=r"(?s)No space left on the disk.*results: \d+ MB"):
        write_half()
    assert not list(output.parent.iterdir())


def test_other_errors_of_the_system_are_left_as_they_are(tmp_path: Path) -> None:
    with (
        pytest.raises(PermissionError, match="not allowed"),
        job(SnakemakeObject(output=[str(tmp_path / "table.csv")])),
    ):
        raise PermissionError(13, "not allowed")
