"""The frame around every script: log, seed, threads, device, outputs that appear whole.

with job(snakemake) as run:
    table = pd.read_parquet(run.input.table)
    figure.savefig(run.output.figure)
"""

import os
import platform
import random
import resource
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any

from matxai.run.device import granted_device, limited_threads
from matxai.run.errors import InputError
from matxai.run.outputs import whole_or_nothing
from matxai.run.progress import duration, job_name, shown_on
from matxai.run.snakemake_object import NamedList

_STDOUT, _STDERR = 1, 2


@dataclass(frozen=True)
class Job:
    """What a script works with.

    The paths in `output` are temporary: they are moved into place when the script ends cleanly. Files
    that must survive an interruption (checkpoints) are named by a parameter. The seed of all random
    numbers is set already; the device is named as PyTorch names it.
    """

    rule: str
    input: Any
    output: NamedList
    params: Any
    wildcards: Any
    threads: int
    seed: int
    device: str


class Interrupted(SystemExit):
    """SIGTERM arrived (Snakemake or the cluster stops the job)."""


@contextmanager
def job(snakemake: Any) -> Iterator[Job]:
    """Run the block as a job of the workflow.

    What the block prints goes to the rule's log, with a header, the traceback of a failure and what the
    job took; `matxai.run.progress.report` also shows lines on the terminal. Of an error the terminal shows
    the message only. The wildcard `seed`, else the parameter, else 0 seeds `random`, NumPy, PyTorch and
    TensorFlow, as far as they are imported. ``snakemake`` is Snakemake's object or a `SnakemakeObject`.

    Raises:
        FileNotFoundError: The block ended cleanly without writing an output.
        InputError: The disk is full, or MATXAI_DEVICE names no usable device. Only rules with the
            resource `gpu`, or the `gres` of a cluster, ask for one; the others compute on the CPU.
    """
    final = NamedList.from_any(snakemake.output, flatten=True)
    resources = snakemake.resources
    on_gpu = resources.get("gpu") or str(resources.get("gres", "")).startswith("gpu")
    with ExitStack() as frame:
        frame.enter_context(_sigterm_as_exception())
        for log in snakemake.log[:1]:
            terminal = frame.enter_context(_redirected(Path(log)))
            name = job_name(snakemake.rule, snakemake.wildcards)
            frame.enter_context(shown_on(terminal, name))
        frame.enter_context(_printed_outcome())
        output = frame.enter_context(whole_or_nothing(final, f"rule {snakemake.rule}"))
        frame.enter_context(limited_threads(snakemake.threads))
        run = Job(
            rule=snakemake.rule,
            input=snakemake.input,
            output=output,
            params=snakemake.params,
            wildcards=snakemake.wildcards,
            threads=snakemake.threads,
            seed=_seed(snakemake),
            device=frame.enter_context(granted_device()) if on_gpu else "cpu",
        )
        random.seed(run.seed)
        if numpy := sys.modules.get("numpy"):
            numpy.random.seed(run.seed % 2**32)
        if torch := sys.modules.get("torch"):
            torch.manual_seed(run.seed)
        if tensorflow := sys.modules.get("tensorflow"):
            tensorflow.random.set_seed(run.seed)
        print(_header(run))
        yield run


def _seed(snakemake: Any) -> int:
    for source, values in (("wildcard", snakemake.wildcards), ("parameter", snakemake.params)):
        value = values.get("seed")
        if value is not None:
            try:
                return int(value)
            except ValueError as error:
                problem = f"The {source} `seed` of rule {snakemake.rule} is no whole number"
                expected = "a whole number such as 0"
                raise InputError(problem, value=value, expected=expected) from error
    return 0


@contextmanager
def _redirected(log: Path) -> Iterator[int]:
    """Send stdout and stderr to a log file, which begins anew; yield a descriptor of the old stderr.

    The file descriptors are replaced, so that what C libraries and child processes print is caught
    as well, in the order in which it is written.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    _flush()
    saved = {descriptor: os.dup(descriptor) for descriptor in (_STDOUT, _STDERR)}
    with log.open("w", buffering=1, encoding="utf-8", errors="backslashreplace") as file:
        try:
            for descriptor in saved:
                os.dup2(file.fileno(), descriptor)
            with redirect_stdout(file), redirect_stderr(file):
                yield saved[_STDERR]
        finally:
            _flush()
            for descriptor, original in saved.items():
                os.dup2(original, descriptor)
                os.close(original)


def _flush() -> None:
    sys.stdout.flush()
    sys.stderr.flush()


@contextmanager
def _printed_outcome() -> Iterator[None]:
    """Print the traceback of a failure, and how the block ended and what it took."""
    wall, cpu = time.monotonic(), sum(os.times()[:4])  # with that of child processes
    outcome = "done"
    try:
        yield
    except (Interrupted, KeyboardInterrupt) as stop:
        name = "SIGTERM" if isinstance(stop, Interrupted) else "SIGINT"
        outcome = f"interrupted by {name}, no outputs written"
        raise
    except BaseException as error:
        outcome = f"failed ({type(error).__name__}), no outputs written"
        print(traceback.format_exc().rstrip())
        sys.excepthook = _show_message_only  # stays: nothing follows but the process's end
        raise
    finally:
        spent = f"{duration(time.monotonic() - wall)}, CPU {sum(os.times()[:4]) - cpu:.1f} s"
        # The largest resident set of this process or of any one child, in MB (10^6 bytes).
        usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        peak = max(usage.ru_maxrss for usage in usages)
        peak *= 1 if sys.platform == "darwin" else 1024
        print(f"--- {outcome} | wall {spent}, peak memory {peak / 1e6:.0f} MB")


def _header(run: Job) -> str:
    facts = {
        "rule": run.rule,
        "wildcards": ", ".join(f"{key}={value}" for key, value in run.wildcards.items()) or "none",
        "started": datetime.now().astimezone().isoformat(" ", "seconds"),
        "machine": f"{platform.node()}, {platform.platform()}, Python {platform.python_version()}",
        "compute": f"seed {run.seed}, {run.threads} threads, device {run.device}",
    }
    if libraries := run.params.get("libs"):
        facts["packages"] = ", ".join(f"{name} {version}" for name, version in libraries.items())
    return "\n".join(f"--- {key + ':':<10} {value}" for key, value in facts.items())


@contextmanager
def _sigterm_as_exception() -> Iterator[None]:
    """Turn SIGTERM into an exception, so that what follows a `with` or `finally` still happens."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Python handles signals in the main thread only
        return

    def stop(number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one must not cut the clean-up
        raise Interrupted(128 + number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _show_message_only(kind: type[BaseException], error: BaseException, _trace: object) -> None:
    name = "Error" if isinstance(error, InputError) else kind.__name__
    print(f"{name}: {error}", file=sys.stderr)
