"""Which processor to compute on, and how many threads of it."""

import fcntl
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from matxai.run.errors import InputError

OVERRIDE = "MATXAI_DEVICE"


def pick_device() -> str:
    """Name the fastest device that PyTorch can use: `cuda`, `mps` or `cpu`.

    The environment variable MATXAI_DEVICE overrides it (`cuda:1` picks the second GPU). PyTorch is
    never imported from here: a script that has not imported it computes on the CPU.

    Raises:
        InputError: MATXAI_DEVICE is no device, or one that this machine does not have.
    """
    torch = sys.modules.get("torch")
    kinds = {} if torch is None else {"cuda": torch.cuda, "mps": torch.backends.mps}
    available = [kind for kind, module in kinds.items() if module.is_available()] + ["cpu"]
    wanted = os.environ.get(OVERRIDE, "").strip()
    if not wanted:
        return available[0]
    kind, _, index = wanted.partition(":")
    known = re.fullmatch(r"cpu|mps|cuda(:\d+)?", wanted) is not None
    if known and torch is None:
        return "cpu"
    if not known or kind not in available or (index and int(index) >= torch.cuda.device_count()):  # type: ignore[union-attr]
        raise InputError(
            f"{OVERRIDE} names no device that can be used here",
            value=wanted,
            expected="one of " + ", ".join(available),
            fix=f"unset {OVERRIDE} to have the fastest one picked",
        )
    return wanted


@contextmanager
def granted_device() -> Iterator[str]:
    """Give the device of `pick_device`; of several GPUs, one that no other job of this user holds.

    Jobs side by side (`--resources gpu=2`) would otherwise all take the first. A held GPU is a locked
    file in the folder for temporary files; the lock goes with the process, however it ends.
    """
    device = pick_device()
    count = sys.modules["torch"].cuda.device_count() if device == "cuda" else 1
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")
    names = visible if len(visible) == count else [str(index) for index in range(count)]
    for index, name in enumerate(names if count > 1 else []):
        path = Path(tempfile.gettempdir(), f"matxai-{os.getuid()}-gpu-{name}.lock")
        with path.open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield f"cuda:{index}"
            return
    yield device  # more jobs than GPUs share the first


@contextmanager
def limited_threads(threads: int) -> Iterator[None]:
    """Keep PyTorch and the linear algebra libraries to the threads that Snakemake granted."""
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(threads)
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:  # not in the TensorFlow environment
        yield
        return
    with threadpool_limits(limits=threads):
        yield
