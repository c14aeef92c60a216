"""What a job asks of the machine: requests that grow with its inputs and with every attempt."""

import math
from collections.abc import Callable
from typing import Any

_WORTH_A_GPU = 1e8


def gpus(batch_size: int, weights: int) -> int:
    """Say whether a training is worth a GPU: 1 or 0.

    This is an estimate. A step of optimisation costs a GPU about a millisecond of launches,
    whatever its size, and a core that long for 10^7 products of batch size and weights. A GPU that
    is ten times as fast is worth waiting for, and being kept from others.
    """
    return int(batch_size * weights >= _WORTH_A_GPU)


def by_size(base: float, per_mb: float = 0) -> Callable[[object, Any, int], int]:
    """Make a resource function for `mem_mb` (MB) or `runtime` (minutes): base + per_mb x MB of input.

    The request grows with the number of the attempt: a job that a cluster ended for want of memory
    or time is sent again (`retries` in profiles/slurm), and then asks for twice or three times as
    much.
    """

    def request(_wildcards: object, input: Any, attempt: int) -> int:  # noqa: A002 - Snakemake passes by name
        # A sum of sizes costs a look at every file: not where it changes nothing.
        size = input.size_mb if per_mb else 0
        return math.ceil((base + per_mb * size) * attempt)

    return request
