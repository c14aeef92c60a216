"""Values and outputs of every layer of a network for every element of every compound."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from matxai.composition.network.batch import Compounds
from matxai.composition.network.crabnet import CrabNet
from matxai.run.progress import progress

Vectors = NDArray[np.float32]

BATCH = 512  # compounds


class LayerVectors(NamedTuple):
    """Vectors (tokens, width) of one layer; the tokens are the ``Compounds.elements``."""

    number: int  # of the layer, from 1
    value: Vectors  # W_v x + b of its inputs x, all heads side by side
    context: Vectors  # outputs of the layer


@torch.inference_mode()
def layer_vectors(network: CrabNet, compounds: Compounds) -> Iterator[LayerVectors]:
    """Yield the vectors of each layer; the next layer overwrites both arrays.

    All compounds pass one layer before any passes the next. The forward pass is thus made once, and memory
    holds two float32 arrays (tokens, width).
    """
    batches = [(batch, compounds.token_places(batch).numpy()) for batch in compounds.batches(BATCH)]
    state = np.empty((len(compounds.elements), network.embed.out_features), dtype=np.float32)
    value = np.empty_like(state)
    for batch, tokens in batches:
        state[tokens] = network.tokens(batch).numpy()
    for number, layer in enumerate(network.encoder_layers, start=1):
        for batch, tokens in progress(batches, f"layer {number}, batches"):
            inputs = torch.from_numpy(state[tokens])
            _, _, values = layer.attention.projected(inputs).unbind(1)
            value[tokens] = values.flatten(1).numpy()
            state[tokens] = layer(inputs, batch)[0].numpy()
        yield LayerVectors(number, value, state)


def collapse(context: Vectors, offsets: NDArray[np.int64], rows: NDArray[np.int64]) -> Vectors:
    """Collapse the context (tokens, width) of compounds over their elements, as in Wang et al. 2022.

    Compound i of ``rows`` has the tokens ``offsets[i]`` to ``offsets[i + 1]``. The result (rows, 5 x width)
    holds mean, range, variance (divided by n), maximum and minimum of each component.
    """
    result = np.empty((len(rows), 5 * context.shape[1]), dtype=np.float32)
    counts = np.diff(offsets)[rows]
    for count in np.unique(counts):
        for part in np.array_split(np.flatnonzero(counts == count), -(-len(rows) // 4096)):
            tokens = context[offsets[rows[part], None] + np.arange(count)]
            high, low = tokens.max(axis=1), tokens.min(axis=1)
            statistics = [tokens.mean(axis=1), high - low, tokens.var(axis=1), high, low]
            result[part] = np.concatenate(statistics, axis=1)
    return result
