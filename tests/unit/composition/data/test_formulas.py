"""Formulas against readings by hand: what is read, what is refused and why."""

import math

import pytest
from pymatgen.core import Element

from matxai.composition.data.formulas import NUMBER_OF, FormulaError, parse_formula, reduced_formula


@pytest.mark.parametrize(
    ("formula", "amounts"),
    [
        ("NaN", {11: 1, 7: 1}),
        ("Sr(AlH)2", {38: 1, 13: 2, 1: 2}),
        ("LiFePO4", {3: 1, 26: 1, 15: 1, 8: 4}),
        ("Ca[Al(OH)4]2", {20: 1, 13: 2, 8: 8, 1: 8}),
        (" Fe2O3\n", {26: 2, 8: 3}),
        ("Fe0.5O.5", {26: 0.5, 8: 0.5}),
        ("Lr", {103: 1}),
    ],
)
def test_read(formula, amounts):
    assert parse_formula(formula) == pytest.approx(amounts)


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("D2O", "unknown element 'D'"),
        ("X2O", "unknown element 'X'"),
        ("Rf2", "unknown element 'Rf'"),
        ("Fe(2", "unbalanced bracket"),
        ("Fe2O3)", "unbalanced bracket"),
        ("(Fe]2", "unbalanced bracket"),
        ("(Fe", "unbalanced bracket"),
        ("", "empty formula"),
        ("  ", "empty formula"),
        ("Fe0O", "amount 0 is zero"),
        ("Fe(OH)0", "amount 0 is zero"),
        ("Fe-1O2", "unexpected '-'"),
        ("Fe@2", "unexpected '@'"),
        ("nan", "unexpected 'n'"),
        ("2Fe", "follows no element"),
        ("Fe()2", "empty or unbalanced bracket"),
        ("C o", "unexpected ' ' at character 2"),
        ("Fe1 2", "unexpected ' ' at character 4"),
        ("Fe٣", "unexpected '٣'"),
        ("(Fe0.005)0.005O", "the amount of Fe is 2.5e-05"),
        ("((Fe0.001)0.001)0.001O", "the amount of Fe is 0"),
        ("FeO0.00005", "the amount of O is 5e-05"),
        ("Fe" + "9" * 400, "the amount of Fe is inf"),
    ],
)
def test_refused(formula, reason):
    with pytest.raises(FormulaError) as caught:
        parse_formula(formula)
    assert reason in caught.value.reason
    assert caught.value.expected


def test_reduced_formula_is_one_spelling():
    spellings = ["LiFePO4", "O4P1Fe1Li1", "Li2Fe2P2O8", "Li0.5Fe0.5P0.5O2"]
    assert {reduced_formula(parse_formula(text)) for text in spellings} == {"LiO4PFe"}
    assert reduced_formula({26: 1, 8: 1}) != reduced_formula({26: 2, 8: 3})
    assert reduced_formula({3: 0.333333, 8: 0.666667}) == "LiO2"


def test_oxygen_never_absorbs_what_cannot_be_read():
    """The published code kept D2O as pure oxygen and predicted it."""
    with pytest.raises(FormulaError):
        parse_formula("D2O")
    assert math.isclose(sum(parse_formula("H2O").values()), 3)


def test_the_least_amount_is_that_of_the_whole_formula():
    assert parse_formula("(Fe0.00005)100O") == pytest.approx({26: 0.005, 8: 1})
    assert reduced_formula(parse_formula("(Fe0.01)0.01O")) == "O10000Fe"


def test_symbols_are_those_of_pymatgen():
    assert dict(NUMBER_OF) == {Element.from_Z(z).symbol: z for z in range(1, 104)}
