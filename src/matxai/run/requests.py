"""What a job asks of the machine: requests that grow with its inputs and with every attempt."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

_WORTH_A_GPU = 1e8


def gpus(batch_size: int, weights: int) -> int:
    """Say whether a training is worth a GPU: 1 or 0.

    This is an estimate. A step of optimisation costs a GPU about a millisecond of launches,
    whatever its size, and a core that long for 10^7 products of batch size and weights. A GPU that
    is ten times as fast is worth waiting for, and being kept from others.

    Args:
        batch_size: Samples in a step of optimisation.
        weights: Parameters of the network.
    """
    return int(batch_size * weights >= _WORTH_A_GPU)


class Sized(Protocol):
    """Inputs of a job, as Snakemake hands them to a resource function."""

    size_mb: float


def by_size(base: float, per_mb: float = 0) -> Callable[[object, Sized, int], int]:
    """Make a resource function for `mem_mb` (MB) or `runtime` (minutes).

    The request grows with the number of the attempt: a job that a cluster ended for want of memory
    or time is sent again (`retries` in profiles/slurm), and then asks for twice or three times as
    much.

    Args:
        base: What a job asks for whatever its inputs.
        per_mb: What each MB of input adds.
    """

    def request(_wildcards: object, input: Sized, attempt: int) -> int:  # noqa: A002 - Snakemake passes by name
        # A sum of sizes costs a look at every file: not where it changes nothing.
        size = input.size_mb if per_mb else 0
        return math.ceil((base + per_mb * size) * attempt)

    return request
