"""How an attention store is laid out: arrays, chunks, and the precision of the weights.

One Zarr v3 group holds one training. Compounds with n elements lie together in the group ``n<n>``:

- ``attention`` (compound, step, layer, head, query, key), uint16: multiples of 2^-12. The last key is
  left out (unless n is 1): a row sums to 1, so it is 4096 minus the others;
- ``prediction`` (compound, step) in the unit of the target, from the forward pass of that attention;
- ``target`` (compound,); ``row`` (compound,) in compounds.parquet, -1 if it is not there;
  ``elements`` (compound, n) atomic numbers and ``fractions`` (compound, n), in the order of queries
  and keys.

At the root: ``step`` (batches trained on) and ``row_sum_error`` (largest deviation of a row sum from 1,
of the float32 weights before rounding), and in the attributes formulas, counts and origin. A chunk holds
all steps of some compounds.
"""

import numpy as np
from numpy.typing import NDArray

FORMAT = "matxai.composition.attention/1"
UNIT = 2**12
UNWRITTEN = 2**16 - 1  # above UNIT: a chunk that is missing cannot pass for weights


def quantised(weights: NDArray[np.float32]) -> NDArray[np.uint16]:
    """(..., query, key) weights as multiples of 1/4096, less the last key.

    The running sum along the keys is rounded, so a row still sums to exactly 1; an entry is off by less
    than 1/4096 (0.00024).
    """
    running = np.rint(np.cumsum(weights, axis=-1, dtype=np.float64) * UNIT)
    if weights.shape[-1] > 1:
        running = np.diff(running[..., :-1], axis=-1, prepend=0)
    return running.astype(np.uint16)


def weights_of(stored: NDArray[np.uint16], count: int) -> NDArray[np.float32]:
    """Weights (..., query, key) of what `quantised` gave, for ``count`` keys; rows sum to exactly 1.

    Raises:
        ValueError: a row does not hold 1, as in a chunk that was never written.
    """
    left = UNIT - stored.sum(axis=-1, keepdims=True, dtype=np.int64)
    if (left < 0 if count > 1 else left != 0).any():
        raise ValueError("weights that were not written, or are damaged")
    if count > 1:
        stored = np.concatenate([stored, left.astype(np.uint16)], axis=-1)
    return (stored / np.float32(UNIT)).astype(np.float32)


def members(counts: NDArray[np.int64]) -> dict[int, NDArray[np.int64]]:
    """Compounds by element count, of ``counts`` (compounds,): the order in which a group holds them."""
    return {int(n): np.flatnonzero(counts == n) for n in np.unique(counts)}
