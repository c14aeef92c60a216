"""Chemical formulas: they are parsed by pymatgen, or refused with a reason.

pymatgen is lenient where a data set must not be (`Fe0O` becomes pure oxygen, `Fe@2` is Fe2, `X2O` gets a
dummy species, `D2O` becomes water), so that such formulas are refused before it sees them.
"""

import math
import re
from collections.abc import Iterator
from fractions import Fraction

from pymatgen.core import Composition

from matxai.composition.settings.symbols import ELEMENTS

HEAVIEST = len(ELEMENTS)
SYMBOL_OF: dict[int, str] = dict(enumerate(ELEMENTS, start=1))
NUMBER_OF: dict[str, int] = {symbol: number for number, symbol in SYMBOL_OF.items()}

_TOKEN = re.compile(
    r"(?P<symbol>[A-Z][a-z]?)|(?P<amount>\d+\.?\d*|\.\d+)|(?P<open>[(\[{])|(?P<close>[)\]}])",
    re.ASCII,
)
_PAIRS = {")": "(", "]": "[", "}": "{"}
_LEAST_AMOUNT = 1e-4  # what the reduced formula resolves
_EXAMPLE = "a formula such as Fe2O3"


class FormulaError(ValueError):
    """A formula or target is refused; ``expected`` says what would have been accepted."""

    def __init__(self, reason: str, expected: str) -> None:
        super().__init__(reason)
        self.reason, self.expected = reason, expected


def _tokens(formula: str) -> Iterator[tuple[str, str]]:
    """Yield (kind, text) of each symbol, amount and bracket; anything else is a FormulaError."""
    position = 0
    while position < len(formula):
        match = _TOKEN.match(formula, position)
        if match is None:
            raise FormulaError(
                f"unexpected {formula[position]!r} at character {position + 1}",
                "element symbols, amounts and brackets only, no blanks, such as Ca(OH)2",
            )
        kind, text = str(match.lastgroup), match.group()
        if kind == "symbol" and text not in NUMBER_OF:
            fix = "H for deuterium and tritium" if text in ("D", "T") else "an element up to Lr"
            raise FormulaError(f"unknown element {text!r}", fix)
        yield kind, text
        position = match.end()


def _check(formula: str) -> set[str]:
    """Return the symbols of a formula; what pymatgen would guess at is a FormulaError."""
    if not formula:
        raise FormulaError("empty formula", _EXAMPLE)
    brackets: list[str] = []
    symbols: set[str] = set()
    previous = "start"
    for kind, text in _tokens(formula):
        if kind == "symbol":
            symbols.add(text)
        if kind == "amount" and previous in ("start", "amount"):
            raise FormulaError(f"amount {text} follows no element", "amounts after elements")
        if kind == "amount" and previous != "open" and float(text) == 0:
            raise FormulaError(f"amount {text} is zero", f"amounts of {_LEAST_AMOUNT} or more")
        if kind in ("amount", "close") and previous == "open":
            raise FormulaError("empty or unbalanced bracket", "elements inside brackets in pairs")
        if kind == "open":
            brackets.append(text)
        if kind == "close" and (not brackets or brackets.pop() != _PAIRS[text]):
            raise FormulaError(f"unbalanced bracket {text!r}", "brackets in pairs")
        previous = kind
    if brackets:
        raise FormulaError(f"unbalanced bracket {brackets[-1]!r}", "brackets in pairs")
    return symbols


def parse_formula(formula: str) -> dict[int, float]:
    """Return the amounts by atomic number, e.g. {38: 1.0, 13: 2.0, 1: 2.0} for ``Sr(AlH)2``.

    Raises:
        FormulaError: If the formula is empty, names an unknown element (also the isotopes D and T), has
            unbalanced or empty brackets, a blank inside or any other character, or if the amount of an
            element is below 1e-4 after brackets are multiplied out.
    """
    text = formula.strip()
    symbols = _check(text)
    try:
        amounts = {element.Z: float(amount) for element, amount in Composition(text).items()}
    except (ValueError, ArithmeticError) as error:
        raise FormulaError(f"pymatgen cannot read it: {error}", _EXAMPLE) from error
    for symbol in sorted(symbols, key=NUMBER_OF.__getitem__):
        amount = amounts.get(NUMBER_OF[symbol], 0.0)  # pymatgen leaves the smallest out
        if not _LEAST_AMOUNT * (1 - 1e-9) <= amount < math.inf:
            raise FormulaError(
                f"the amount of {symbol} is {amount:g}", f"amounts of {_LEAST_AMOUNT} or more"
            )
    return amounts


def reduced_formula(amounts: dict[int, float]) -> str:
    """Return the one spelling of a composition: smallest integers, ordered by atomic number.

    ``O4P1Fe1Li1``, ``Li2Fe2P2O8`` and ``Li0.5Fe0.5P0.5O2`` have the same. Each amount is replaced by the
    nearest fraction with a denominator up to 10,000, so that 0.333333 becomes one third.
    """
    numbers = sorted(amounts)
    fractions = [Fraction(amounts[number]).limit_denominator(10_000) for number in numbers]
    scale = math.lcm(*(fraction.denominator for fraction in fractions))
    whole = [int(fraction * scale) for fraction in fractions]
    divisor = math.gcd(*whole)
    return "".join(
        SYMBOL_OF[number] + (str(count // divisor) if count > divisor else "")
        for number, count in zip(numbers, whole, strict=True)
    )
