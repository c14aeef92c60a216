"""What each layer of a network makes of every element of every compound: values and outputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from matxai.composition.network.batch import Compounds
from matxai.composition.network.crabnet import CrabNet
from matxai.run.progress import progress

Vectors = NDArray[np.float32]

BATCH = 512  # compounds; the tokens' state and one layer's values are held whole, nothing else
COLLAPSED = ("mean", "range", "variance", "max", "min")


class LayerVectors(NamedTuple):
    """Of layer ``number`` (from 1): ``value`` and ``context``, both (tokens, width).

    A token is an element of a compound, in the order of ``Compounds.elements``. ``value`` is W_v x + b of
    what the layer reads, all heads side by side; ``context`` is what the layer puts out.
    """

    number: int
    value: Vectors
    context: Vectors


@torch.inference_mode()
def layer_vectors(network: CrabNet, compounds: Compounds) -> Iterator[LayerVectors]:
    """Yield the vectors of each layer; both arrays are overwritten when the next one is asked for.

    All compounds go through one layer before any goes through the next: memory is that of one layer, two
    float32 arrays (tokens, width), and the forward pass is made once.
    """
    batches = [(batch, compounds.token_places(batch).numpy()) for batch in compounds.batches(BATCH)]
    state = np.empty((len(compounds.elements), network.embed.out_features), dtype=np.float32)
    value = np.empty_like(state)
    for batch, tokens in batches:
        state[tokens] = network.tokens(batch).numpy()
    for number, layer in enumerate(network.encoder_layers, start=1):
        for batch, tokens in progress(batches, f"layer {number}, batches"):
            read = torch.from_numpy(state[tokens])
            _, _, values = layer.attention.projected(read).unbind(1)
            value[tokens] = values.flatten(1).numpy()
            state[tokens] = layer(read, batch)[0].numpy()
        yield LayerVectors(number, value, state)


def collapsed(context: Vectors, offsets: NDArray[np.int64], rows: NDArray[np.int64]) -> Vectors:
    """Collapse the context (tokens, width) of chosen compounds over their elements.

    Compound i holds the tokens ``offsets[i]`` to ``offsets[i + 1]``. Returns (rows, 5 x width): mean,
    range, variance (over n, not n - 1), maximum and minimum of each component, after Wang et al. 2022
    (Integr. Mater. Manuf. Innov. 11:41). Padding cannot enter: there is none.
    """
    width = context.shape[1]
    result = np.empty((len(rows), len(COLLAPSED) * width), dtype=np.float32)
    counts = np.diff(offsets)[rows]
    for count in np.unique(counts):
        for mine in np.array_split(np.flatnonzero(counts == count), -(-len(rows) // 4096)):
            tokens = context[offsets[rows[mine], None] + np.arange(count)]
            high, low = tokens.max(axis=1), tokens.min(axis=1)
            parts = [tokens.mean(axis=1), high - low, tokens.var(axis=1), high, low]
            result[mine] = np.concatenate(parts, axis=1)
    return result
