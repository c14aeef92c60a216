"""A small network, and one thread for it."""

import pytest
import torch

from matxai.composition.network.crabnet import CrabNet


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Small tensors: threads that wait for each other would take longest."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def network():
    """Two layers of two heads, as they start."""
    torch.manual_seed(3)
    vectors = torch.randn(104, 12)
    shape = {"width": 16, "layers": 2, "heads": 2, "feedforward": 32, "dropout": 0.1, "head": (8,)}
    return CrabNet(vectors, **shape).eval()
