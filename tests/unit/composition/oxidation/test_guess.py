"""Oxidation guesses against pymatgen, against every product written out, and by hand."""

import itertools
import warnings
from math import comb

import numpy as np
import pytest
from pymatgen.core import Composition, Species
from tests.project import SHARED

from matxai.composition.data.formulas import NUMBER_OF
from matxai.composition.data.sources import read_parts, read_transport
from matxai.composition.oxidation import guess as oxidation
from matxai.composition.oxidation.guess import (
    NO_STATES,
    NON_INTEGER,
    TIME_LIMIT,
    UNBALANCED,
    guess,
    known_states,
)
from matxai.composition.settings.data import Transport
from matxai.learning.split import PARTS

DATA = SHARED / "composition"
NEGATIVE = ["N", "P", "S", "As", "Se", "Sb", "Te", "O", "C", "Si"]
EASY = 20_000  # of that, some ten milliseconds of pymatgen


def ours(formula, **settings):
    return guess(Composition(formula).get_el_amt_dict(), **settings)


def pymatgens(composition):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # noble gases have no electronegativity
        found = composition.oxi_state_guesses()
    return dict(found[0]) if found else {}


def effort(composition):
    """About what pymatgen writes out, in products of charges; looking an ion up costs some 20 of them."""
    multisets, products = 0, 1
    for symbol, amount in composition.get_el_amt_dict().items():
        states, atoms = known_states(symbol).candidates or (0,), int(amount)
        multisets += atoms * comb(len(states) + atoms - 1, atoms)
        products *= 1 + atoms * (max(states) - min(states))
    return 20 * multisets + products


def compare(compositions):
    found = [
        (str(composition), pymatgens(composition), guess(composition.get_el_amt_dict()).states)
        for composition in compositions
    ]
    assert not [row for row in found if row[1] != row[2]]
    return found


def sampled(formulas, size, seed):
    """Formulas drawn at random that pymatgen answers soon."""
    drawn = np.random.default_rng(seed).permutation(np.unique(np.asarray(formulas, dtype=str)))
    easy = (c for c in map(Composition, drawn) if _whole(c) and effort(c) < EASY)
    return list(itertools.islice(easy, size))


def _whole(composition):
    return all(float(amount).is_integer() for amount in composition.values())


def test_as_pymatgen_on_the_embedded_data():
    formulas = read_transport(Transport(source="transport"))["formula"]
    found = compare(sampled(formulas, 1500, seed=0))
    answered = sum(bool(states) for _, states, _ in found)
    assert 300 < answered < 1500  # both kinds are among them


@pytest.mark.skipif(not DATA.is_dir(), reason=f"no data in {DATA.name} beside the project")
def test_as_pymatgen_on_the_published_data():
    formulas = []
    for folder in sorted(path for path in DATA.iterdir() if (path / "train.csv").exists()):
        rows = read_parts({part: folder / f"{part}.csv" for part in PARTS})["formula"]
        formulas += list(rows.sample(min(800, len(rows)), random_state=1))
    assert len(compare(sampled(formulas, 2500, seed=2))) == 2500


def drawn_at_random(size, seed):
    """Any elements in any order: what no data set holds."""
    rng = np.random.default_rng(seed)
    drawn = []
    while len(drawn) < size:
        chosen = rng.choice(list(NUMBER_OF), size=rng.integers(1, 4), replace=False)
        chosen = rng.permutation(np.union1d(chosen, rng.choice(NEGATIVE, size=1)))
        if len(chosen) == 1:
            continue
        amounts = rng.integers(1, 7, size=len(chosen))
        composition = Composition(dict(zip(chosen, amounts.tolist(), strict=True)))
        if effort(composition) < EASY:
            drawn.append(composition)
    return drawn


def test_as_pymatgen_on_elements_drawn_at_random():
    compare(drawn_at_random(400, seed=3))


@pytest.fixture
def even_weights(monkeypatch):
    """States are equally frequent, or nearly so: then the order of the search decides often.

    With the true frequencies, 6 of the 80,454 compositions of all data sets tie.
    """

    def weigh(levels, seed):
        rng = np.random.default_rng(seed)
        weights = {
            (symbol, state): int(rng.integers(levels))
            for symbol in NUMBER_OF
            for state in known_states(symbol).candidates
        }
        ladders = {}
        for symbol in NUMBER_OF:
            states = known_states(symbol).candidates
            mine = tuple(weights[symbol, state] for state in states)
            ladders[symbol] = oxidation._Ladder(states, mine)
        theirs = {Species(*key): weight for key, weight in weights.items()}
        monkeypatch.setattr(oxidation, "_ladder", ladders.__getitem__)
        monkeypatch.setattr(Composition, "oxi_prob", theirs)

    return weigh


def test_ties_are_broken_as_in_pymatgen(even_weights):
    for levels in (1, 3):
        even_weights(levels, seed=levels)
        found = compare(drawn_at_random(200, seed=5 + levels))
        assert sum(bool(states) for _, states, _ in found) > 50


@pytest.mark.parametrize("order", list(itertools.permutations(["N", "Te", "C", "S"])))
def test_the_order_of_elements_decides_ties_as_in_pymatgen(order, even_weights):
    even_weights(1, seed=0)
    amounts = {"N": 2, "Te": 2, "C": 2, "S": 1}
    composition = Composition({symbol: amounts[symbol] for symbol in order})
    assert guess(composition.get_el_amt_dict()).states == pymatgens(composition) != {}


@pytest.mark.parametrize("formula", ["Nb3IrS8", "Nb3IrSe8"])
def test_ties_of_the_published_data(formula):
    assert ours(formula).states == pymatgens(Composition(formula)) != {}


@pytest.mark.parametrize(("states", "atoms"), [((2, 3, 4, -4, -3, -2), 5), ((5, -1), 7), ((3,), 4)])
def test_scores_and_order_of_charges_are_those_of_all_multisets(states, atoms):
    weights = tuple(int(weight) for weight in np.random.default_rng(4).integers(0, 9, len(states)))
    best, order = {}, []
    for chosen in itertools.combinations_with_replacement(range(len(states)), atoms):
        charge = sum(states[i] for i in chosen)
        if charge not in best:
            order.append(charge)
        best[charge] = max(best.get(charge, 0), sum(weights[i] for i in chosen))
    ladder = oxidation._Ladder(states, weights)
    scores = ladder.scores(atoms, np.inf)
    found = {i + atoms * min(states): int(s) for i, s in enumerate(scores) if s >= 0}
    assert found == best
    assert sorted(best, key=ladder.rank(atoms, np.inf).__getitem__) == order


def test_scores_of_many_atoms_continue_those_that_are_kept():
    states, weights = (-1, 1), (5, 3)
    atoms = oxidation._CACHED_ATOMS + 40
    scores = oxidation._Ladder(states, weights).scores(atoms, np.inf)
    # Charge 2p - atoms has p positive atoms, and no other way to come about.
    assert [int(s) for s in scores[::2]] == [3 * p + 5 * (atoms - p) for p in range(atoms + 1)]
    assert (scores[1::2] < 0).all()


@pytest.mark.parametrize(
    ("formula", "states"),
    [
        ("NaCl", {"Na": 1, "Cl": -1}),
        ("Fe2O3", {"Fe": 3, "O": -2}),
        ("Fe3O4", {"Fe": 8 / 3, "O": -2}),
        ("LiFePO4", {"Li": 1, "Fe": 2, "P": 5, "O": -2}),
        ("NaN3", {"Na": 1, "N": -1 / 3}),
        ("Si", {"Si": 0}),
        ("Ar", {"Ar": 0}),
        ("Fe0.5", {"Fe": 0}),
    ],
)
def test_known_compounds(formula, states):
    assert ours(formula).states == states == pymatgens(Composition(formula))
    assert ours(formula).reason == ""


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("NaK", UNBALANCED),
        ("NaCl3", UNBALANCED),
        ("XeAr", NO_STATES),
        ("Na0.5Cl0.5", NON_INTEGER),
        ("Ar0.5O", NON_INTEGER),
        ("Fe100000O150000", TIME_LIMIT),
    ],
)
def test_reasons(formula, reason):
    found = ours(formula, limit_s=0.05)
    assert found.states == {}
    assert found.reason == reason
    assert reason in oxidation.REASONS


def test_a_formula_at_its_limit_costs_the_next_one_nothing():
    assert ours("U90000O200001", limit_s=0.02).reason == TIME_LIMIT
    assert ours("UO2", limit_s=60).states == {"U": 4, "O": -2}


def test_hard_formulas_take_no_time():
    # pymatgen needs more than half a minute for each.
    for formula in ("Sn5(Mo3S4)12", "Li11Ta37N48", "Li16Mn15Fe(PO4)16"):
        composition = Composition(formula)
        found = ours(formula, limit_s=5)
        assert found.reason in ("", UNBALANCED)
        balance = sum(found.states.get(e.symbol, 0) * n for e, n in composition.items())
        assert balance == pytest.approx(0, abs=1e-9)


def test_twice_a_formula_has_more_assignments():
    assert ours("TlCl2").reason == UNBALANCED
    assert ours("Tl2Cl4").states == {"Tl": 2, "Cl": -1} == pymatgens(Composition("Tl2Cl4"))


def test_weights_are_whole_numbers():
    # With other numbers, equal scores would hang on the order of additions.
    for symbol in NUMBER_OF:
        known = known_states(symbol)
        assert all(type(state) is int for state in known.candidates)
        assert all(type(count) is int and count >= 0 for count in known.occurrences)


@pytest.mark.parametrize("amounts", [{}, {"Fe": 0.0, "O": 1.0}, {"Fe": -1.0, "O": 1.0}])
def test_amounts_must_be_positive(amounts):
    with pytest.raises(ValueError, match="above zero"):
        guess(amounts)
