"""Gradients against formulas and finite differences; their table against planted scales."""

import numpy as np
import pytest
import torch

from matxai.attribution.gradients import gradients, saliency

X = torch.randn(60, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
NAMES = ["a", "b", "c"]
ONE = np.ones(3)


def curved(x):
    return x[:, 0] ** 2 * x[:, 1] + torch.sin(x[:, 2])


@pytest.mark.parametrize("batch_rows", [7, 8192])
@pytest.mark.parametrize("network", [curved, lambda x: curved(x)[:, None]])
def test_gradients_are_those_of_the_formula_row_by_row(network, batch_rows):
    a, b, c = X.T
    expected = torch.stack([2 * a * b, a**2, torch.cos(c)], dim=1)
    with torch.no_grad():
        found = gradients(network, X, batch_rows)
    np.testing.assert_allclose(found, expected)
    assert not found.requires_grad


def test_gradients_of_a_network_are_finite_differences_and_leave_it_alone():
    torch.manual_seed(0)
    network = torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))
    network = network.double()
    found = gradients(network, X)
    for column, step in enumerate(1e-5 * torch.eye(3, dtype=torch.float64)):
        slope = (network(X + step) - network(X - step)).flatten() / 2e-5
        np.testing.assert_allclose(found[:, column], slope.detach(), rtol=1e-6, atol=1e-9)
    assert all(parameter.grad is None for parameter in network.parameters())
    assert gradients(network.float(), X.float()).dtype == torch.float32


def test_physical_gradient_of_a_linear_network_is_its_slope():
    """y = 2 x_a - 5 x_b in physical units, standardised by (0.1, 4) and 10; x_c never varied."""
    slopes, scale = torch.tensor([2 * 0.1 / 10, -5 * 4 / 10, 3.0]), np.array([0.1, 4.0, 0.0])
    found = gradients(lambda x: x @ slopes.double(), X)
    table = saliency(
        found, np.arange(60), NAMES, input_scale=scale, output_scale=10.0, seed=0
    ).set_index("name")
    assert table["standardised"].to_numpy() == pytest.approx(np.abs(slopes.numpy()))
    assert table["signed_mean"].to_numpy() == pytest.approx(slopes.numpy())
    for column in ("physical", "physical_ci_low", "physical_ci_high"):
        assert table[column].to_numpy() == pytest.approx([2, 5, np.nan], nan_ok=True)
    assert table.loc["c", ["standardised", "ci_low", "ci_high"]].tolist() == [3, 3, 3]


def test_opposite_gradients_do_not_cancel_in_the_size():
    found = torch.tensor([[1.0, 0.0, 1.0], [-1.0, 0.0, 3.0]])
    table = saliency(found, [0, 1], NAMES, input_scale=ONE, output_scale=1.0, seed=0)
    assert table["standardised"].tolist() == [1, 0, 2]
    assert table["signed_mean"].tolist() == [0, 0, 2]


def test_interval_is_over_paths():
    """Nine equal rows per path: three times as wide as if the rows were drawn."""
    found = X.abs().repeat_interleave(9, dim=0)
    options = {"input_scale": 2 * ONE, "output_scale": 3.0, "seed": 0}
    paths = saliency(found, np.repeat(np.arange(60), 9), NAMES, **options)
    rows = saliency(found, np.arange(540), NAMES, **options)
    ratio = (paths["ci_high"] - paths["ci_low"]) / (rows["ci_high"] - rows["ci_low"])
    assert ratio.to_numpy() == pytest.approx(3, rel=0.15)
    np.testing.assert_allclose(paths["physical_ci_low"], paths["ci_low"] * 1.5)
    np.testing.assert_allclose(paths["physical_ci_high"], paths["ci_high"] * 1.5)
