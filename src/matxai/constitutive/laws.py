"""Elastoplastic, hyperelastic and viscoelastic stress-strain laws in one dimension, exact at every step.

Each law takes a strain history (paths, steps) and returns the stress, the internal variables that carry its
memory, and the algorithmic tangent d stress / d strain of the step that ends there. The first column is
the initial state, to which no step leads.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Columns = Mapping[str, Array]

# A trial stress this close to the yield stress, relative to it, lies on the yield surface. The tangent is
# elastic to one side and plastic to the other. A strain that is held after yielding stays there.
YIELD_TOLERANCE = 1e-5


@dataclass(frozen=True)
class Law:
    """A stress-strain law.

    Attributes:
        parameters: Material parameters, in the order in which they enter a network.
        internal: Internal variables.
        state: Internal variables whose previous values enter the one-step network as ``prev_*``.
        timed: Whether the stress depends on the rate of the strain.
        target: Default target of the one-step network, the "increment" of the stress or the "stress".
        groups: Features that change together, and are permuted together.
        respond: Computes stress, internal variables and tangent (paths, steps) from strain and time (paths,
            steps) and parameters (paths, 1).
        recover: Computes the internal variables from strain, stress and parameters.
        tangent: Computes the tangent of a step from strain, dt, ``prev_*`` and parameters.
    """

    parameters: tuple[str, ...]
    internal: tuple[str, ...]
    state: tuple[str, ...]
    timed: bool
    target: str
    groups: Mapping[str, tuple[str, ...]]
    respond: Callable[[Array, Array, Columns], dict[str, Array]]
    recover: Callable[[Columns], dict[str, Array]]
    tangent: Callable[[Columns], Array]

    @property
    def features(self) -> tuple[str, ...]:
        """Inputs of the one-step network, in the order that its model file states."""
        time = ("dt",) if self.timed else ()
        previous = tuple(f"prev_{name}" for name in self.state)
        mechanics = ("strain", "prev_strain", "prev_stress", "control")
        return (*mechanics, *time, *previous, *self.parameters)


def elastoplastic(strain: Array, _time: Array, parameters: Columns) -> dict[str, Array]:
    """Answer by linear elasticity with linear kinematic hardening (Simo & Hughes 1998, box 1.5).

    The material yields where |E (eps - eps_p) - H eps_p| exceeds sig0. Return mapping then lets the plastic
    strain grow by the excess / (E + H) in its direction. Stresses have the unit of E.
    """
    young, limit, hardening = (parameters[name][:, 0] for name in ("E", "sig0", "H_kin"))
    plastic = np.zeros_like(strain)
    for step in range(1, strain.shape[1]):
        before = plastic[:, step - 1]
        relative = young * (strain[:, step] - before) - hardening * before
        excess = np.maximum(np.abs(relative) - limit, 0.0)
        plastic[:, step] = before + np.sign(relative) * excess / (young + hardening)
    previous = np.pad(plastic[:, :-1], ((0, 0), (1, 0)))
    return {
        "stress": parameters["E"] * (strain - plastic),
        "e_plastic": plastic,
        "back_stress": parameters["H_kin"] * plastic,
        "tangent": _tangent_elastoplastic(
            {"strain": strain, "prev_e_plastic": previous, **parameters}
        ),
    }


def _recover_elastoplastic(columns: Columns) -> dict[str, Array]:
    plastic = columns["strain"] - columns["stress"] / columns["E"]
    return {"e_plastic": plastic, "back_stress": columns["H_kin"] * plastic}


def _tangent_elastoplastic(columns: Columns) -> Array:
    """Return E below the yield stress, E H / (E + H) above it, and NaN on it, where both are tangents."""
    young, limit, hardening = (columns[name] for name in ("E", "sig0", "H_kin"))
    before = columns["prev_e_plastic"]
    trial = np.abs(young * (columns["strain"] - before) - hardening * before)
    soft = np.where(trial > limit, young * hardening / (young + hardening), young)
    return np.where(np.abs(trial - limit) <= YIELD_TOLERANCE * limit, np.nan, soft)


def hyperelastic(strain: Array, _time: Array, parameters: Columns) -> dict[str, Array]:
    """Answer as a one-term Ogden solid (1972), incompressible and under uniaxial load.

    The nominal stress is P = (2 mu / alpha) (lambda^(alpha - 1) - lambda^(-alpha/2 - 1)) with the stretch
    lambda = 1 + strain, in the unit of mu.
    """
    mu, alpha, stretch = parameters["mu"], parameters["alpha"], 1 + strain
    stress = 2 * mu / alpha * (stretch ** (alpha - 1) - stretch ** (-alpha / 2 - 1))
    return {"stress": stress, "tangent": _tangent_hyperelastic({"strain": strain, **parameters})}


def _tangent_hyperelastic(columns: Columns) -> Array:
    mu, alpha, stretch = columns["mu"], columns["alpha"], 1 + columns["strain"]
    tension = (alpha - 1) * stretch ** (alpha - 2)
    return 2 * mu / alpha * (tension + (alpha / 2 + 1) * stretch ** (-alpha / 2 - 2))


def viscoelastic(strain: Array, time: Array, parameters: Columns) -> dict[str, Array]:
    """Answer as a standard linear solid: a spring E_inf beside a Maxwell element (E_1, eta_1).

    If the strain is linear within a step, the viscous stress q of the Maxwell element follows exactly
    (Simo & Hughes 1998, section 10.3): q becomes exp(-x) q + E_1 (1 - exp(-x)) / x * d strain with
    x = dt E_1 / eta_1.
    """
    dt = np.diff(time, axis=1, prepend=time[:, :1])
    viscous = np.zeros_like(strain)
    decay = np.exp(-dt * parameters["E_1"] / parameters["eta_1"])
    modulus = _maxwell_modulus({"dt": dt, **parameters})
    for step in range(1, strain.shape[1]):
        change = strain[:, step] - strain[:, step - 1]
        viscous[:, step] = decay[:, step] * viscous[:, step - 1] + modulus[:, step] * change
    return {
        "stress": parameters["E_inf"] * strain + viscous,
        "viscous_stress": viscous,
        "tangent": parameters["E_inf"] + modulus,
    }


def _maxwell_modulus(columns: Columns) -> Array:
    x = columns["dt"] * columns["E_1"] / columns["eta_1"]
    # (1 - exp(-x)) / x, whose limit at x = 0 is the instantaneous response.
    share = np.where(x > 0, -np.expm1(-x) / np.where(x > 0, x, 1.0), 1.0)
    return columns["E_1"] * share


_MECHANICAL = {
    "strain and its previous value": ("strain", "prev_strain"),
    "whole mechanical state": ("strain", "prev_strain", "prev_stress"),
}
LAWS = {
    "elastoplastic": Law(
        parameters=("E", "sig0", "H_kin"),
        internal=("e_plastic", "back_stress"),
        state=("e_plastic",),
        timed=False,
        target="increment",
        groups={
            "strain and its previous value": ("strain", "prev_strain"),
            "plastic strain and its previous value": ("e_plastic", "prev_e_plastic"),
            "previous stress and plastic strain": ("prev_stress", "prev_e_plastic"),
            "whole mechanical state": ("strain", "prev_strain", "prev_stress", "prev_e_plastic"),
            "material": ("E", "sig0", "H_kin"),
        },
        respond=elastoplastic,
        recover=_recover_elastoplastic,
        tangent=_tangent_elastoplastic,
    ),
    "hyperelastic": Law(
        parameters=("mu", "alpha"),
        internal=(),
        state=(),
        timed=False,
        target="stress",
        groups={**_MECHANICAL, "material": ("mu", "alpha")},
        respond=hyperelastic,
        recover=lambda _columns: {},
        tangent=_tangent_hyperelastic,
    ),
    "viscoelastic": Law(
        parameters=("E_inf", "E_1", "eta_1"),
        internal=("viscous_stress",),
        state=(),
        timed=True,
        target="increment",
        groups={**_MECHANICAL, "material": ("E_inf", "E_1", "eta_1")},
        respond=viscoelastic,
        recover=lambda columns: {
            "viscous_stress": columns["stress"] - columns["E_inf"] * columns["strain"]
        },
        tangent=lambda columns: columns["E_inf"] + _maxwell_modulus(columns),
    ),
}
