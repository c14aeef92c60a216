"""Both networks and the whitening of the inputs."""

import numpy as np
import pytest
import torch

from matxai.constitutive.network.networks import Perceptron, Recurrent, whitening


def test_whitened_inputs_are_uncorrelated_and_of_unit_variance():
    generator = torch.Generator().manual_seed(0)
    strain = torch.randn(5000, generator=generator)
    step = 0.1 * torch.randn(5000, generator=generator)
    inputs = torch.stack([strain, strain - step, torch.randn(5000, generator=generator)], dim=1)
    mixed = (inputs @ whitening(inputs)).double().numpy()
    np.testing.assert_allclose(np.cov(mixed, rowvar=False), np.eye(3), atol=1e-4)
    # One of them is, up to its sign, the small difference that drives the step.
    correlations = [abs(np.corrcoef(column, step.numpy())[0, 1]) for column in mixed.T]
    assert max(correlations) > 0.99


def test_a_constant_feature_has_no_influence():
    inputs = torch.cat([torch.randn(100, 2), torch.zeros(100, 1)], dim=1)
    mixing = whitening(inputs)
    assert mixing[2].abs().max() == 0
    network = Perceptron(3, 8, 2, "silu", mixing)
    moved = inputs.clone()
    moved[:, 2] = 5
    assert torch.equal(network(inputs), network(moved))


@pytest.mark.parametrize(
    ("activation", "function"), [("relu", torch.relu), ("silu", torch.nn.functional.silu)]
)
def test_perceptron_is_the_chain_of_its_layers(activation, function):
    network = Perceptron(4, 8, 3, activation, torch.randn(4, 4))
    x = torch.randn(6, 4)
    state = network.state_dict()
    y = x @ state["mixing"]
    for layer in (0, 2, 4):
        y = function(y @ state[f"net.{layer}.weight"].T + state[f"net.{layer}.bias"])
    y = y @ state["net.6.weight"].T + state["net.6.bias"]
    np.testing.assert_allclose(network(x).detach().numpy(), y[:, 0].numpy(), rtol=1e-4, atol=1e-5)


def test_no_mixing_leaves_the_published_weight_names():
    names = set(Perceptron(3, 4, 1, "relu").state_dict())
    assert names == {"net.0.weight", "net.0.bias", "net.2.weight", "net.2.bias"}


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_states_belong_to_the_outputs(cell):
    """The head of the hidden state gives the output; an LSTM's cell state gives the hidden one."""
    network = Recurrent(3, 5, cell)
    x = torch.randn(2, 7, 3)
    states = network.states(x)
    assert states.shape == (2, 7, 5)
    outputs, last = network.cell(x)
    if cell == "gru":
        np.testing.assert_allclose(states.numpy(), outputs.detach().numpy(), atol=1e-6)
        return
    np.testing.assert_allclose(states[:, -1].numpy(), last[1][0].detach().numpy(), atol=1e-6)
    weights = dict(network.cell.named_parameters())
    hidden = torch.cat([torch.zeros(2, 1, 5), outputs[:, :-1]], dim=1)
    gates = x @ weights["weight_ih_l0"].T + weights["bias_ih_l0"]
    gates = gates + hidden @ weights["weight_hh_l0"].T + weights["bias_hh_l0"]
    expected = torch.sigmoid(gates[..., 15:]) * torch.tanh(states)
    np.testing.assert_allclose(outputs.detach().numpy(), expected.detach().numpy(), atol=1e-6)


def test_a_recurrent_network_knows_no_future():
    network = Recurrent(2, 4, "lstm")
    x = torch.randn(1, 6, 2)
    later = x.clone()
    later[:, 4:] += 1
    with torch.no_grad():
        before, after = network(x), network(later)
    assert torch.equal(before[:, :4], after[:, :4])
    assert not torch.equal(before[:, 4:], after[:, 4:])
