"""Integrated gradients against their axioms, closed forms and an independent sum."""

import numpy as np
import pytest
import torch

from matxai.attribution.gradients import (
    check_convergence,
    integrated_gradients,
    summary,
)

X = torch.randn(40, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
BASELINE = torch.tensor([0.3, -0.2, 0.1], dtype=torch.float64)
ZERO = torch.zeros(3, dtype=torch.float64)
# captum holds the weights of the sum in single precision.
CLOSE = {"rtol": 1e-6, "atol": 1e-6}


def network():
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Linear(3, 16), torch.nn.Tanh(), torch.nn.Linear(16, 1)
    ).double()


def test_attributions_add_up_to_the_change_of_the_output():
    model = network()
    found, delta = integrated_gradients(model, X, BASELINE)
    change = (model(X) - model(BASELINE)).flatten().detach()
    np.testing.assert_allclose(found.sum(dim=1), change, **CLOSE)
    assert delta.shape == (40,)
    assert not found.requires_grad
    assert not delta.requires_grad
    np.testing.assert_allclose(delta, found.sum(dim=1) - change, atol=1e-12)


def test_a_linear_network_gives_weight_times_distance():
    weights = torch.tensor([2.0, -5.0, 0.5], dtype=torch.float64)
    found, _ = integrated_gradients(lambda x: x @ weights + 7, X, BASELINE, steps=3)
    np.testing.assert_allclose(found, weights * (X - BASELINE), **CLOSE)


def test_a_product_is_shared_by_its_powers():
    """x^2 y from zero: the integral of 2 a^2 x y is 2/3 of it for x, 1/3 for y."""
    found, _ = integrated_gradients(lambda x: x[:, 0] ** 2 * x[:, 1], X, ZERO, steps=4)
    product = X[:, 0] ** 2 * X[:, 1]
    expected = torch.stack([product * 2 / 3, product / 3, 0 * product], dim=1)
    np.testing.assert_allclose(found, expected, **CLOSE)


def test_a_sum_of_midpoints_gives_the_same():
    model = network()
    total = torch.zeros_like(X)
    for place in (torch.arange(400) + 0.5) / 400:
        point = (BASELINE + place * (X - BASELINE)).requires_grad_()
        model(point).sum().backward()
        total += point.grad
    found, _ = integrated_gradients(model, X, BASELINE)
    np.testing.assert_allclose(found, (X - BASELINE) * total / 400, rtol=1e-5, atol=1e-6)


def test_the_one_feature_that_differs_gets_all():
    """Sensitivity: with a saturated output, where the gradient at the point itself is zero."""
    x = torch.tensor([[0.3, 4.0, 0.1]], dtype=torch.float64)
    found, _ = integrated_gradients(lambda x: 1 - torch.relu(1 - x[:, 1]), x, BASELINE, steps=512)
    np.testing.assert_allclose(found, torch.tensor([[0.0, 1.2, 0.0]]).double(), rtol=1e-2, atol=0)


def test_symmetric_features_share_and_an_unused_one_gets_nothing():
    x = X.clone()
    x[:, 1] = x[:, 0]
    found, _ = integrated_gradients(lambda x: torch.tanh(x[:, 0] * x[:, 1]), x, ZERO)
    np.testing.assert_allclose(found[:, 0], found[:, 1])
    assert found[:, 0].abs().min() > 0
    assert (found[:, 2] == 0).all()


def test_batches_and_the_shape_of_the_output_change_nothing():
    model = network()
    whole = integrated_gradients(model, X, BASELINE, steps=16)
    sizes = []

    def flat(x):
        sizes.append(len(x))
        return model(x).squeeze(1)

    for batch_rows in (1, 100):
        pieces = integrated_gradients(flat, X, BASELINE, steps=16, batch_rows=batch_rows)
        for piece, all_of_it in zip(pieces, whole, strict=True):
            np.testing.assert_allclose(piece, all_of_it, atol=1e-9)
    assert max(sizes) == 6 * 16


def test_summary_is_in_the_unit_of_the_output_with_intervals_over_paths():
    attributions = torch.tensor([[1.0, -2.0], [-3.0, -4.0]]).repeat_interleave(25, dim=0)
    path = np.repeat(np.arange(2), 25)
    table = summary(attributions, path, ["a", "b"], output_scale=10.0, seed=0)
    assert table["name"].tolist() == ["a", "b"]
    assert table["mean_absolute"].tolist() == [20, 30]
    assert table["signed_mean"].tolist() == [-10, -30]
    # Of two paths a quarter of all draws holds the lower one alone, a quarter the upper.
    assert table["ci_low"].tolist() == [10, 20]
    assert table["ci_high"].tolist() == [30, 40]


def test_convergence_is_measured_against_the_change_of_the_output():
    attributions = torch.tensor([[2.0, 2.03], [-1.0, -1.01]])  # changes 4 and -2
    delta = torch.tensor([0.03, -0.01])
    found = check_convergence(delta, attributions)
    assert found == pytest.approx({"mean": 0.02 / 3, "max": 0.01, "tolerance": 0.01}, rel=1e-5)
    with pytest.raises(ArithmeticError, match=r"raise explain\.integration_steps"):
        check_convergence(delta, attributions, tolerance=0.006)


def test_too_few_steps_across_a_jump_are_refused_and_enough_are_not():
    def jump(x):
        return torch.sigmoid(40 * (x[:, 0] - 0.1))

    ahead = X.abs() + 0.5
    for steps, fails in ((2, True), (256, False)):
        found, delta = integrated_gradients(jump, ahead, -ahead[0], steps=steps)
        if fails:
            with pytest.raises(ArithmeticError, match="not converged"):
                check_convergence(delta, found)
        else:
            assert check_convergence(delta, found)["mean"] < 1e-3


def test_a_network_that_gives_no_number_is_refused_and_a_constant_one_is_not():
    none, constant = torch.full((2,), torch.nan), torch.zeros(2)
    with pytest.raises(ArithmeticError):
        check_convergence(none, torch.ones(2, 3))
    assert check_convergence(constant, torch.zeros(2, 3))["max"] == 0
