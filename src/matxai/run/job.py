"""The frame around every script: log, seed, threads, device, outputs that appear whole.

with job(snakemake) as run:
    table = pd.read_parquet(run.input.table)
    figure.savefig(run.output.figure)
"""

from __future__ import annotations

import platform
import random
import resource
import signal
import sys
import threading
import time
import traceback
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matxai.run.device import granted_device, limited_threads
from matxai.run.errors import InputError
from matxai.run.log import tee
from matxai.run.outputs import whole_or_nothing
from matxai.run.progress import duration
from matxai.run.snakemake_object import NamedList

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType, TracebackType


@dataclass(frozen=True)
class Job:
    """What a script works with.

    `output` holds temporary paths that are moved to those in `final` when the script ends
    cleanly; files that must survive an interruption (checkpoints) go beside a `final` path.
    """

    rule: str
    input: Any
    output: NamedList
    final: NamedList
    params: Any
    wildcards: Any
    resources: Any
    threads: int
    seed: int
    device: str


class Interrupted(SystemExit):
    """SIGTERM arrived (Snakemake or the cluster stops the job)."""


@contextmanager
def job(snakemake: Any, seed: int | None = None) -> Iterator[Job]:
    """Run the block as a job of the workflow.

    Parameters
    ----------
    snakemake
        Snakemake's object, or a `SnakemakeObject`.
    seed
        Seed of `random`, NumPy and, where imported, PyTorch and TensorFlow; by default the
        wildcard `seed`, else the parameter `seed`, else 0.

    Raises
    ------
    FileNotFoundError
        The block ended cleanly without writing an output.
    InputError
        MATXAI_DEVICE names no usable device (asked by rules with the resource ``gpu``, or the
        ``gres`` of a cluster; the others compute on the CPU); the disk is full; and any that the
        block raises. Only the message is shown (the log has the traceback).
    """
    log = Path(snakemake.log[0]) if len(snakemake.log) else None
    final = NamedList.of(snakemake.output, flatten=True)
    with _terminated_as_exception(), _account(log) as header, ExitStack() as frame:
        partial = frame.enter_context(whole_or_nothing(final, f"rule {snakemake.rule}"))
        frame.enter_context(tee(log))
        frame.enter_context(limited_threads(snakemake.threads))
        asked = snakemake.resources
        on_gpu = asked.get("gpu") or str(asked.get("gres", "")).startswith("gpu")
        run = Job(
            rule=snakemake.rule,
            input=snakemake.input,
            output=partial,
            final=final,
            params=snakemake.params,
            wildcards=snakemake.wildcards,
            resources=snakemake.resources,
            threads=snakemake.threads,
            seed=_choose_seed(snakemake) if seed is None else seed,
            device=frame.enter_context(granted_device()) if on_gpu else "cpu",
        )
        set_seed(run.seed)
        header(run)
        yield run


def set_seed(seed: int) -> None:
    """Seed `random` and those of NumPy, PyTorch and TensorFlow that are imported."""
    random.seed(seed)
    numpy, torch, tensorflow = (sys.modules.get(name) for name in ("numpy", "torch", "tensorflow"))
    if numpy is not None:
        numpy.random.seed(seed % 2**32)
    if torch is not None:
        torch.manual_seed(seed)
    if tensorflow is not None:
        tensorflow.random.set_seed(seed)


def _choose_seed(snakemake: Any) -> int:
    for source, values in (("wildcard", snakemake.wildcards), ("parameter", snakemake.params)):
        value = values.get("seed")
        if value is not None:
            try:
                return int(value)
            except ValueError as error:
                raise InputError(
                    f"The {source} `seed` of rule {snakemake.rule} is no whole number",
                    value=value,
                    expected="a whole number such as 0",
                ) from error
    return 0


@contextmanager
def _account(log: Path | None) -> Iterator[Any]:
    """Write the log's first and last lines, and the traceback of a failure between them."""
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("", encoding="utf-8")

    def write(text: str) -> None:
        if log is not None:
            with log.open("a", encoding="utf-8") as target:
                target.write(text + "\n")

    wall, cpu = time.monotonic(), _cpu_seconds()
    result = "done"
    try:
        yield lambda run: write(_header(run))
    except (Interrupted, KeyboardInterrupt) as stop:
        signalled = "SIGTERM" if isinstance(stop, Interrupted) else "SIGINT"
        result = f"interrupted by {signalled}, no outputs written"
        raise
    except BaseException as error:
        result = f"failed ({type(error).__name__}), no outputs written"
        write(traceback.format_exc().rstrip())
        if isinstance(error, InputError):
            sys.excepthook = _show_message_only  # stays: nothing follows but the process's end
        raise
    finally:
        spent = f"{duration(time.monotonic() - wall)}, CPU {_cpu_seconds() - cpu:.1f} s"
        write(f"--- {result} | wall {spent}, peak memory {_peak_memory_mb():.0f} MB")


def _header(run: Job) -> str:
    now = datetime.now().astimezone().isoformat(" ", "seconds")
    facts = {
        "rule": run.rule,
        "wildcards": ", ".join(f"{key}={value}" for key, value in run.wildcards.items()) or "none",
        "started": now,
        "machine": f"{platform.node()}, {platform.platform()}, Python {platform.python_version()}",
        "compute": f"seed {run.seed}, {run.threads} threads, device {run.device}",
    }
    libraries = run.params.get("libs")
    if libraries:
        facts["packages"] = ", ".join(f"{name} {version}" for name, version in libraries.items())
    return "\n".join(f"--- {key + ':':<10} {value}" for key, value in facts.items())


def _cpu_seconds() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _peak_memory_mb() -> float:
    """Give the largest resident set of this process or of any one child, in MB (10^6 bytes)."""
    unit = 1 if sys.platform == "darwin" else 1024
    both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(who).ru_maxrss for who in both) * unit / 1e6


@contextmanager
def _terminated_as_exception() -> Iterator[None]:
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


def _show_message_only(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if isinstance(error, InputError):
        print(f"Error: {error}", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)
