"""Requests grow with the inputs and with every attempt."""

from types import SimpleNamespace

from matxai.run.requests import by_size


class Missing:
    """Inputs that are not there yet: asking for their size fails."""

    @property
    def size_mb(self):
        raise FileNotFoundError


def test_a_constant_needs_no_inputs():
    assert by_size(2000)({}, input=Missing(), attempt=1) == 2000


def test_every_attempt_asks_for_more():
    request = by_size(2000, per_mb=10.5)
    inputs = SimpleNamespace(size_mb=3.0)
    assert [request({}, input=inputs, attempt=n) for n in (1, 2, 3)] == [2032, 4063, 6095]
