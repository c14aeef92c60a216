"""Strain histories: cyclic, ramp and hold, and band-limited random ones."""

from __future__ import annotations

from typing import Literal

import numpy as np

from matxai.constitutive.laws import Array

Kind = Literal["cyclic", "ramp_and_hold", "random"]
Generator = np.random.Generator


def strain_path(kind: Kind, steps: int, low: float, high: float, generator: Generator) -> Array:
    """Make a strain history (steps + 1,) within [low, high], zero in the initial state."""
    shape = {"cyclic": _cyclic, "ramp_and_hold": _ramp_and_hold, "random": _random}[kind]
    return shape(steps, low, high, generator)


def _cyclic(steps: int, low: float, high: float, generator: Generator) -> Array:
    """Connect turning points that lie alternately in the upper and the lower half."""
    turns = int(generator.integers(2, 7))
    middle = (low + high) / 2
    upper = generator.uniform(middle, high, turns)
    lower = generator.uniform(low, middle, turns)
    first_up = generator.random() < 0.5
    corners = np.where((np.arange(turns) % 2 == 0) == first_up, upper, lower)
    places = np.linspace(0, steps, turns + 1)
    return np.interp(np.arange(steps + 1), places, [0.0, *corners])


def _ramp_and_hold(steps: int, low: float, high: float, generator: Generator) -> Array:
    """Make two to four ramps to random levels, each followed by a hold."""
    ramps = int(generator.integers(2, 5))
    levels = np.repeat(generator.uniform(low, high, ramps), 2)
    shares = generator.uniform(0.3, 1.0, 2 * ramps)
    places = np.array([0.0, *np.cumsum(shares)]) / shares.sum() * steps
    return np.interp(np.arange(steps + 1), places, [0.0, *levels])


def _random(steps: int, low: float, high: float, generator: Generator) -> Array:
    """Make an Ornstein-Uhlenbeck process, smoothed by a second one that limits its band.

    Both relax over steps / 10. The path starts at zero and is scaled to lie within the bounds.
    """
    decay = np.exp(-10.0 / steps)
    noise = generator.standard_normal(steps)
    rough = smooth = 0.0
    path = np.zeros(steps + 1)
    for step in range(steps):
        rough = decay * rough + np.sqrt(1 - decay**2) * noise[step]
        smooth = decay * smooth + (1 - decay) * rough
        path[step + 1] = smooth
    reach = generator.uniform(0.5, 1.0)
    above, below = path.max(), -path.min()
    scale = min(high / above if above > 0 else np.inf, -low / below if below > 0 else np.inf)
    return path * scale * reach
