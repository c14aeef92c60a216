"""Values and outputs of every layer against each compound alone, written out; their collapse by hand."""

import numpy as np
import pytest
import torch

from matxai.composition.network.batch import Compounds
from matxai.composition.umap import layer_vectors as module
from matxai.composition.umap.layer_vectors import collapse, layer_vectors

WIDTH = 16
# Counts 3, 1, 2, 3, 2: the batches sort by count, the result must not.
AMOUNTS = [{26: 2, 8: 3, 11: 1}, {14: 1}, {11: 1, 17: 1}, {8: 4, 3: 1, 15: 1}, {26: 1, 8: 1}]


def found(network, amounts):
    layers = layer_vectors(network, Compounds.from_lists(amounts))
    return [(one.number, one.value.copy(), one.context.copy()) for one in layers]


@torch.inference_mode()
def by_hand(network, amounts):
    """Each compound alone, [layer] -> value and output of its tokens."""
    compounds = Compounds.from_lists([amounts])
    batch = compounds.batch(torch.arange(1))
    x = network.tokens(batch)
    result = []
    for layer in network.layers:
        weight, bias = layer.attention.project.weight, layer.attention.project.bias
        q, k, v = (x @ weight.T + bias).split(WIDTH, dim=-1)
        heads = []
        for h in range(2):
            part = slice(8 * h, 8 * h + 8)
            attention = (q[:, part] @ k[:, part].T / np.sqrt(8)).softmax(-1)
            heads.append(attention @ v[:, part])
        x = layer.norm_attention(x + layer.attention.out(torch.cat(heads, dim=-1)))
        x = layer.norm_feedforward(x + layer.contract(layer.expand(x).relu()))
        result.append((v.numpy(), x.numpy()))
    return result


@pytest.mark.parametrize("batch", [2, 512])
def test_values_and_outputs_are_those_of_each_compound_alone(network, batch, monkeypatch):
    monkeypatch.setattr(module, "BATCH", batch)
    layers = found(network, AMOUNTS)
    assert [number for number, _, _ in layers] == [1, 2]
    alone = [by_hand(network, amounts) for amounts in AMOUNTS]
    for layer, (_, value, context) in enumerate(layers):
        assert np.allclose(value, np.concatenate([one[layer][0] for one in alone]), atol=1e-5)
        assert np.allclose(context, np.concatenate([one[layer][1] for one in alone]), atol=1e-5)


def test_no_compounds_give_empty_layers(network):
    assert [value.shape for _, value, _ in found(network, [])] == [(0, WIDTH)] * 2


def naive(context, offsets, row):
    tokens = context[offsets[row] : offsets[row + 1]]
    parts = []
    for statistic in (np.mean, np.ptp, np.var, np.max, np.min):
        parts += [statistic(tokens[:, column]) for column in range(tokens.shape[1])]
    return parts


def test_collapsed_is_over_the_real_elements_alone():
    rng = np.random.default_rng(0)
    offsets = np.array([0, 3, 4, 6, 9])
    context = rng.normal(5, 1, size=(9, WIDTH)).astype(np.float32)
    rows = np.array([3, 0, 1, 2])
    result = collapse(context, offsets, rows)
    assert np.allclose(result, [naive(context, offsets, row) for row in rows], atol=1e-5)
    # Padded with zeros to three tokens, as the published code has it: other numbers.
    padded = np.zeros((4, 3, WIDTH), dtype=np.float32)
    for row in range(4):
        padded[row, : offsets[row + 1] - offsets[row]] = context[offsets[row] : offsets[row + 1]]
    flat = padded.reshape(-1, WIDTH)
    wrong = np.array([naive(flat, np.arange(0, 13, 3), row) for row in rows])
    for block in (0, 1, 2, 4):  # mean, range, variance, min of the compounds that are not full
        columns = slice(block * WIDTH, (block + 1) * WIDTH)
        assert not np.isclose(result[2:, columns], wrong[2:, columns], atol=0.1).any()
        assert np.allclose(result[:2, columns], wrong[:2, columns], atol=1e-5)


def test_collapsed_in_several_pieces_is_the_same():
    rng = np.random.default_rng(1)
    counts = rng.integers(1, 4, size=9000)
    offsets = np.concatenate([[0], counts.cumsum()])
    context = rng.normal(size=(offsets[-1], 2)).astype(np.float32)
    result = collapse(context, offsets, np.arange(9000))
    for row in (0, 4095, 4096, 8999):
        assert np.allclose(result[row], naive(context, offsets, row), atol=1e-5)
