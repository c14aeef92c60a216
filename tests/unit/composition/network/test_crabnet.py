"""The network against independent re-implementations with padding, and against exact small cases."""

import math

import pytest
import torch
import torch.nn.functional as F
from tests.project import REPOSITORY
from torch import nn

from matxai.composition.network.batch import Compounds
from matxai.composition.network.crabnet import CrabNet, FractionEncoding
from matxai.composition.network.fitting import network_shape
from matxai.composition.network.layers import EncoderLayer, SelfAttention
from matxai.config.loading import load
from matxai.study import Study

COMPOUNDS = [{26: 2, 8: 3}, {3: 1, 26: 1, 15: 1, 8: 4}, {14: 1}, {11: 1, 17: 1}, {8: 2, 14: 1}]
SMALL = {"width": 32, "layers": 2, "heads": 4, "feedforward": 64, "dropout": 0.0, "head": (16, 8)}


@pytest.fixture(params=[0, 1, 2])
def network(request):
    torch.manual_seed(request.param)
    return CrabNet(torch.randn(104, 10), **SMALL).eval()


@pytest.fixture
def batch():
    return Compounds.from_lists(COMPOUNDS).batch(torch.arange(len(COMPOUNDS)))


def test_compounds_are_sorted_by_fraction_then_number():
    compounds = Compounds.from_lists([{8: 3, 26: 2}, {17: 1, 11: 1}])
    assert compounds.elements.tolist() == [8, 26, 11, 17]
    assert compounds.fractions.tolist() == pytest.approx([0.6, 0.4, 0.5, 0.5])


def test_batch_keeps_rows_with_their_compounds():
    compounds = Compounds.from_lists(COMPOUNDS)
    batch = compounds.batch(torch.tensor([1, 2, 0]))
    assert [group.count for group in batch.groups] == [1, 2, 4]
    assert batch.rows.tolist() == [2, 0, 1]
    assert batch.elements.tolist() == [14, 8, 26, 8, 3, 15, 26]


def test_jitter_keeps_sums_and_changes_fractions(batch):
    torch.manual_seed(0)
    noisy = batch.jittered(0.02)
    sums = batch.mean_over_elements(noisy.fractions) * torch.tensor([1, 2, 2, 2, 4])
    assert torch.allclose(sums, torch.ones(5), atol=1e-6)
    change = (noisy.fractions / batch.fractions - 1).abs()
    assert 0 < change.max() < 0.1


def test_published_parameter_count():
    paper = load(Study, REPOSITORY / "config/paper.yaml").composition
    assert paper is not None
    network = CrabNet(torch.zeros(104, 200), **network_shape(paper.network))
    assert sum(p.numel() for p in network.parameters()) == 11_987_206


def test_fraction_encoding_follows_its_formula():
    encode = FractionEncoding(512)
    fraction = 0.3
    out = encode(torch.tensor([fraction])).detach()[0]
    logarithmic = 0.0025 * math.log2(fraction) ** 2
    for half, value in ((out[:256], fraction), (out[256:], logarithmic)):
        x = round(5000 * max(value, 1 / 5000)) - 1
        for k in (0, 1, 6, 255):
            angle = x / 50 ** (2 * k / 256)
            expected = math.sin(angle) if k % 2 == 0 else math.cos(angle)
            assert half[k].item() == pytest.approx(expected, abs=1e-5)


def test_fraction_encoding_is_clamped_at_both_ends():
    encode = FractionEncoding(8)
    assert encode.rows(torch.tensor([1.0, 1e-9, 2.0])).tolist() == [4999, 0, 4999]
    assert torch.isfinite(encode(torch.tensor([1.0]))).all()


def test_fraction_scales_learn(network, batch):
    """The published 2^((1-p)^2) has no gradient where it starts."""
    network(batch).value.sum().backward()
    assert (network.encode_fraction.scales.grad != 0).all()


def padded(network, compounds):
    """The same network as a padded, masked transformer made of torch's own layers."""
    largest = max(len(c) for c in compounds)
    rows, fractions = torch.zeros(len(compounds), largest, dtype=torch.long), None
    fractions = torch.ones(len(compounds), largest)
    mask = torch.ones(len(compounds), largest, dtype=torch.bool)
    for i, compound in enumerate(compounds):
        ordered = sorted(compound.items(), key=lambda pair: (-pair[1], pair[0]))
        for j, (number, amount) in enumerate(ordered):
            rows[i, j], mask[i, j] = number, False
            fractions[i, j] = amount / sum(compound.values())
    x = network.embed(network.vectors[rows]) * 2**network.embed_scale
    x = x + network.encode_fraction(fractions.flatten()).unflatten(0, fractions.shape)
    attention = []
    for layer in network.layers:
        a = layer.attention
        mha = nn.MultiheadAttention(32, 4, batch_first=True).eval()
        mha.load_state_dict(
            {
                "in_proj_weight": a.project.weight,
                "in_proj_bias": a.project.bias,
                "out_proj.weight": a.out.weight,
                "out_proj.bias": a.out.bias,
            }
        )
        context, weights = mha(x, x, x, key_padding_mask=mask, average_attn_weights=False)
        attention.append(weights)
        x = layer.norm_attention(x + context)
        x = layer.norm_feedforward(x + layer.contract(F.relu(layer.expand(x))))
    value, log_sigma, gate = network.head(x).unbind(-1)
    real = (~mask).float()
    mean = lambda v: (v * real).sum(1) / real.sum(1)  # noqa: E731
    return mean(value * gate.sigmoid()), mean(log_sigma), attention


@torch.no_grad()
def test_equals_a_padded_transformer_of_torch(network, batch):
    """Values, uncertainties and every head's weights, query and key not transposed, no head swapped."""
    value, log_sigma, attention = padded(network, COMPOUNDS)
    out = network(batch)
    assert torch.allclose(out.value, value[batch.rows], atol=1e-5)
    assert torch.allclose(out.log_sigma, log_sigma[batch.rows], atol=1e-5)
    for ours, theirs in zip(out.attention, attention, strict=True):
        for group, weights in zip(batch.groups, ours, strict=True):
            expected = theirs[batch.rows[group.compounds]][:, :, : group.count, : group.count]
            assert torch.allclose(weights, expected, atol=1e-5)


@torch.no_grad()
def test_attention_rows_sum_to_one(network, batch):
    for layer in network(batch).attention:
        for weights in layer:
            assert torch.allclose(weights.sum(-1), torch.ones(()), atol=1e-6)


@torch.no_grad()
def test_contributions_average_to_the_prediction(network, batch):
    out = network(batch)
    assert torch.allclose(batch.mean_over_elements(out.per_element), out.value, atol=1e-6)


@torch.no_grad()
def test_a_prediction_does_not_depend_on_its_batch(network):
    compounds = Compounds.from_lists(COMPOUNDS)
    together = network(compounds.batch(torch.arange(5)))
    for place, row in enumerate(compounds.batch(torch.arange(5)).rows.tolist()):
        alone = network(compounds.batch(torch.tensor([row])))
        assert alone.value[0].item() == pytest.approx(together.value[place].item(), abs=1e-5)


def test_width_must_be_divisible_by_heads():
    with pytest.raises(ValueError, match="not divisible by 3 heads"):
        SelfAttention(32, 3, 0.0)


def test_dropout_acts_in_training_only(batch):
    torch.manual_seed(0)
    layer = EncoderLayer(32, 4, 64, 0.5)
    x = torch.randn(len(batch.elements), 32)
    assert torch.equal(layer.eval()(x, batch)[0], layer(x, batch)[0])
    layer.train()
    assert not torch.equal(layer(x, batch)[0], layer(x, batch)[0])


def test_bfloat16_products_learn_what_float32_ones_do(network, batch):
    """What a GPU computes with `mixed_precision`, on the CPU: the same gradients, coarsely."""
    gradients = []
    for enabled in (False, True):
        network.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=enabled):
            prediction = network(batch)
            loss = (prediction.value - 1).abs().mean() + prediction.log_sigma.square().mean()
        loss.backward()
        gradients.append(torch.cat([p.grad.flatten() for p in network.parameters()]))
    exact, coarse = gradients
    assert F.cosine_similarity(exact, coarse, dim=0) > 0.99
    assert not torch.equal(exact, coarse)


def test_batches_hold_every_compound_once_with_those_of_like_size():
    compounds = Compounds.from_lists(COMPOUNDS)
    batches = list(compounds.batches(2))
    assert [batch.rows.tolist() for batch in batches] == [[2, 0], [3, 4], [1]]
    for batch in batches:
        places = compounds.token_places(batch)
        assert torch.equal(compounds.elements[places], batch.elements)
        assert torch.equal(compounds.fractions[places], batch.fractions)


def test_no_compounds_are_one_batch_without_numbers(network):
    (batch,) = Compounds.from_lists([]).batches(2)
    found = network(batch)
    assert found.value.shape == found.per_element.shape == (0,)
    assert [len(groups) for groups in found.attention] == [1, 1]


def test_amounts_become_fractions_of_their_own_compound():
    compounds = Compounds.from_lists([{8: 3, 26: 2}, {14: 1}])
    found = compounds.with_amounts(torch.tensor([1.0, 3.0, 7.0], dtype=torch.float64))
    assert found.fractions.tolist() == [0.25, 0.75, 1.0]
    assert torch.equal(found.elements, compounds.elements)
