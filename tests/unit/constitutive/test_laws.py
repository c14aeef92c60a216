"""The laws against closed forms, energies, an integrated equation and finite differences."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from matxai.constitutive.data.generator import strain_path
from matxai.constitutive.laws import LAWS

STEEL = {"E": 200e3, "sig0": 300.0, "H_kin": 20e3}
RUBBER = {"mu": 0.6, "alpha": 2.7}
POLYMER = {"E_inf": 900.0, "E_1": 2100.0, "eta_1": 1700.0}
CASES = [
    ("elastoplastic", STEEL, 0.01),
    ("hyperelastic", RUBBER, 0.5),
    ("viscoelastic", POLYMER, 0.02),
]


def respond(law, strain, time, parameters):
    """Answer of one path."""
    columns = {name: np.array([[value]]) for name, value in parameters.items()}
    answer = LAWS[law].respond(strain[None], time[None], columns)
    return {name: values[0] for name, values in answer.items()}


def history(kind, reach, steps=120):
    strain = strain_path(kind, steps, -reach, reach, np.random.default_rng(3))
    return strain, np.linspace(0, 4, steps + 1)


def test_monotonic_loading_follows_the_two_straight_lines():
    strain = np.linspace(0, 0.01, 51)
    answer = respond("elastoplastic", strain, strain, STEEL)
    young, limit, hardening = STEEL.values()
    soft = young * hardening / (young + hardening)
    yield_strain = limit / young
    expected = np.where(
        strain < yield_strain, young * strain, limit + soft * (strain - yield_strain)
    )
    np.testing.assert_allclose(answer["stress"], expected, rtol=1e-12)
    np.testing.assert_allclose(answer["back_stress"], hardening * answer["e_plastic"])
    np.testing.assert_allclose(answer["tangent"][[1, -1]], [young, soft])


def test_reversal_yields_after_twice_the_yield_stress():
    strain = np.concatenate([np.linspace(0, 0.01, 501), np.linspace(0.01, -0.01, 2001)[1:]])
    answer = respond("elastoplastic", strain, strain, STEEL)
    peak = answer["stress"][500]
    elastic = answer["tangent"][501:] == STEEL["E"]
    back_at_yield = answer["stress"][501:][elastic].min()
    step = 1.01 * STEEL["E"] * 1e-5
    assert peak - back_at_yield == pytest.approx(2 * STEEL["sig0"], abs=step)
    assert back_at_yield > -STEEL["sig0"] + step  # the Bauschinger effect: below the virgin limit


def test_return_mapping_agrees_with_fine_steps_of_the_rate_equations():
    strain, time = history("random", 0.01)
    fine = np.interp(np.arange(0, 120, 0.004), np.arange(121), strain)
    young, limit, hardening = STEEL.values()
    stress = plastic = 0.0
    found = [0.0]
    for change in np.diff(fine, append=strain[-1]):
        relative = stress - hardening * plastic
        flow = 0.0
        if abs(relative) >= limit and relative * change > 0:
            flow = young * change / (young + hardening)
        plastic += flow
        stress += young * (change - flow)
        found.append(stress)
    answer = respond("elastoplastic", strain, time, STEEL)
    assert np.ptp(answer["e_plastic"]) > 0.005
    np.testing.assert_allclose(answer["stress"], found[::250], atol=1.0)


def test_hyperelastic_stress_is_the_derivative_of_the_strain_energy():
    strain = np.linspace(-0.5, 1.5, 41)
    mu, alpha = RUBBER.values()

    def energy(stretch):  # Ogden 1972, incompressible: the lateral stretches are stretch^(-1/2)
        return 2 * mu / alpha**2 * (stretch**alpha + 2 * stretch ** (-alpha / 2) - 3)

    expected = energy(1 + strain + 1e-30j).imag / 1e-30
    answer = respond("hyperelastic", strain, strain, RUBBER)
    np.testing.assert_allclose(answer["stress"], expected, atol=1e-14)


def test_hyperelastic_tangent_is_the_derivative_of_the_stress_and_three_mu_at_rest():
    strain = np.linspace(-0.5, 1.5, 41)
    tilted = respond("hyperelastic", strain + 1e-30j, strain, RUBBER)["stress"].imag / 1e-30
    np.testing.assert_allclose(respond("hyperelastic", strain, strain, RUBBER)["tangent"], tilted)
    rest = respond("hyperelastic", np.zeros(1), np.zeros(1), RUBBER)["tangent"][0]
    assert rest == pytest.approx(3 * RUBBER["mu"], rel=1e-14)


def test_viscoelastic_stress_solves_the_equation_of_the_maxwell_element():
    strain, time = history("ramp_and_hold", 0.02, steps=40)
    time **= 1.3  # unequal steps
    long_term, modulus, viscosity = POLYMER.values()
    stress = [0.0]
    viscous = 0.0
    for step in range(1, len(time)):
        rate = (strain[step] - strain[step - 1]) / (time[step] - time[step - 1])
        solved = solve_ivp(
            lambda _, q, rate=rate: modulus * rate - modulus / viscosity * q,
            (time[step - 1], time[step]),
            [viscous],
            rtol=1e-10,
            atol=1e-10,
        )
        viscous = solved.y[0, -1]
        stress.append(long_term * strain[step] + viscous)
    answer = respond("viscoelastic", strain, time, POLYMER)
    np.testing.assert_allclose(answer["stress"], stress, atol=1e-7)


def test_viscoelastic_stress_relaxes_exponentially():
    time = np.concatenate([[0, 1e-9], np.linspace(0.1, 5, 50)])
    strain = np.where(time > 0, 0.01, 0.0)
    stress = respond("viscoelastic", strain, time, POLYMER)["stress"][1:]
    long_term, modulus, viscosity = POLYMER.values()
    expected = 0.01 * (long_term + modulus * np.exp(-time[1:] * modulus / viscosity))
    np.testing.assert_allclose(stress, expected, rtol=1e-8)


@pytest.mark.parametrize(("law", "parameters", "reach"), CASES)
@pytest.mark.parametrize("kind", ["cyclic", "ramp_and_hold", "random"])
def test_tangent_is_the_derivative_of_the_last_stress(law, parameters, reach, kind):
    strain, time = history(kind, reach)
    answer = respond(law, strain, time, parameters)
    for last in range(1, 121, 7):
        stress = []
        for shift in (-1e-9, 0, 1e-9):
            tilted = strain[: last + 1].copy()
            tilted[-1] += shift
            stress.append(respond(law, tilted, time[: last + 1], parameters)["stress"][-1])
        if np.isnan(answer["tangent"][last]):  # held on the yield surface: the two sides differ
            assert np.ptp(np.diff(stress)) / 1e-9 > 0.5 * parameters["E"]
            continue
        assert max(np.diff(stress)) / 1e-9 == pytest.approx(answer["tangent"][last], rel=1e-3)


def test_a_strain_held_on_the_yield_surface_has_no_one_tangent():
    strain = np.concatenate([np.linspace(0, 0.01, 37), np.full(40, 0.01)])
    for factor in np.linspace(0.9, 1.1, 20):  # rounding errors of all sorts at the yield stress
        answer = respond("elastoplastic", factor * strain, strain, STEEL)
        assert np.isnan(answer["tangent"][37:]).all()
        assert np.isfinite(answer["tangent"][:37]).sum() >= 36  # one step may end just there
        columns = {
            "strain": factor * strain[37:],
            "prev_e_plastic": answer["e_plastic"][36:-1],
            **{name: np.full(40, value) for name, value in STEEL.items()},
        }
        assert np.isnan(LAWS["elastoplastic"].tangent(columns)).all()


@pytest.mark.parametrize(("law", "parameters", "reach"), CASES)
def test_columns_of_a_step_give_back_internal_variables_and_tangent(law, parameters, reach):
    strain, time = history("random", reach)
    answer = respond(law, strain, time, parameters)
    columns = {
        "strain": strain,
        "stress": answer["stress"],
        "dt": np.diff(time, prepend=0),
        **{f"prev_{name}": np.roll(answer[name], 1) for name in LAWS[law].state},
        **{name: np.full_like(strain, value) for name, value in parameters.items()},
    }
    recovered = LAWS[law].recover(columns)
    assert set(recovered) == set(LAWS[law].internal)
    for name, values in recovered.items():
        np.testing.assert_allclose(
            values, answer[name], atol=1e-12 * np.abs(answer["stress"]).max()
        )
    np.testing.assert_allclose(LAWS[law].tangent(columns)[1:], answer["tangent"][1:])


def test_paths_with_their_own_parameters_do_not_touch_each_other():
    strain, time = history("random", 0.01)
    other = strain[::-1] - strain[-1]
    columns = {name: np.array([[value], [value / 3]]) for name, value in STEEL.items()}
    both = LAWS["elastoplastic"].respond(np.stack([strain, other]), np.stack([time, time]), columns)
    weak = {name: value / 3 for name, value in STEEL.items()}
    np.testing.assert_array_equal(
        both["stress"][1], respond("elastoplastic", other, time, weak)["stress"]
    )


def test_inputs_stand_in_the_declared_order():
    assert LAWS["elastoplastic"].features == (
        "strain", "prev_strain", "prev_stress", "control", "prev_e_plastic", "E", "sig0", "H_kin",
    )  # fmt: skip
    assert LAWS["viscoelastic"].features[4:] == ("dt", "E_inf", "E_1", "eta_1")
