"""Tables of oxidation guesses: every composition of a study once, each data set, each element.

A file of guesses is a CSV with the columns ``states`` (``Fe:3 O:-2``, mean states by atomic number;
empty: no answer) and ``reason`` (why there is none: a key of ``oxidation.REASONS``). Read it with
`read_oxidation`: pandas alone would take the formula ``NaN`` for a missing value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from matxai.composition.data.compounds import symbols_of
from matxai.composition.data.formulas import NUMBER_OF
from matxai.composition.oxidation.guess import REASONS, guess, listed
from matxai.run.progress import progress
from matxai.statistics.calibration import wilson

GUESSED, PURE = "guessed", "pure"  # answers, beside the reasons for none
OUTCOMES = (GUESSED, PURE, *REASONS)


def composition_key(amounts: Mapping[str, float]) -> str:
    """Elements and amounts in the order of the formula, e.g. ``Fe2 O3``: all that a guess hangs on.

    Two formulas of one reduced formula may have two keys and two guesses: Fe4O6 has more
    assignments than Fe2O3, and the order of the elements decides ties.
    """
    return " ".join(
        symbol + (str(int(amount)) if float(amount).is_integer() else repr(float(amount)))
        for symbol, amount in amounts.items()
    )


def guess_compositions(tables: Iterable[pd.DataFrame], limit_s: float) -> pd.DataFrame:
    """Guess each composition of several data sets once.

    ``tables`` are compounds as `prepare_compositions` writes them. Columns: composition (the key),
    reduced, states, reason; in the order in which compositions first come.
    """
    found: dict[str, tuple[dict[str, float], str]] = {}
    for table in tables:
        for amounts, reduced in zip(symbols_of(table), table["reduced"], strict=True):
            found.setdefault(composition_key(amounts), (amounts, reduced))
    rows = []
    for key, (amounts, reduced) in progress(found.items(), "compositions guessed", len(found)):
        guessed = guess(amounts, limit_s)
        rows.append((key, reduced, guessed.states, guessed.reason))
    return pd.DataFrame(rows, columns=["composition", "reduced", "states", "reason"])


def guesses_of(compounds: pd.DataFrame, guesses: pd.DataFrame) -> pd.DataFrame:
    """The guess of each compound of a data set, row by row.

    Columns: part, line, formula, reduced, states, reason. Raises KeyError for a composition that
    ``guesses``, from `guess_compositions`, does not hold.
    """
    rows = guesses.set_index("composition")[["states", "reason"]]
    mine = rows.loc[[composition_key(amounts) for amounts in symbols_of(compounds)]]
    table = compounds[["part", "line", "formula", "reduced"]].reset_index(drop=True)
    return pd.concat([table, mine.reset_index(drop=True)], axis=1)


def write_oxidation(table: pd.DataFrame, path: str | Path) -> None:
    """Write a table of guesses as CSV; `read_oxidation` gives it back, to the last digit."""
    table.assign(states=table["states"].map(_written)).to_csv(path, index=False)


def read_oxidation(path: str | Path) -> pd.DataFrame:
    """A table of guesses, of a data set (``oxidation.csv``) or of a study (``guesses.csv``).

    The rows of ``oxidation.csv`` are those of the data set's ``compounds.parquet``, in their order. The
    column ``states`` holds {symbol: mean oxidation state per atom, a float}, empty where there is no
    answer; ``reason`` is then a key of ``oxidation.REASONS``, else empty. A pure element has state 0.
    """
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    if "line" in table:
        table["line"] = table["line"].astype(int)
    return table.assign(states=table["states"].map(_read))


def _written(states: Mapping[str, float]) -> str:
    return " ".join(
        f"{symbol}:{repr(states[symbol]).removesuffix('.0')}"
        for symbol in sorted(states, key=NUMBER_OF.__getitem__)
    )


def _read(text: str) -> dict[str, float]:
    pairs = (entry.split(":") for entry in text.split())
    return {symbol: float(state) for symbol, state in pairs}


def outcomes(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Compounds of each data set by outcome: answered, a pure element, or the reason for no answer.

    ``tables`` are tables of guesses by data set. Columns: dataset, outcome, compounds, share (of
    the data set's compounds); every outcome has a row, in the order of ``OUTCOMES``.
    """
    rows = []
    for name, table in tables.items():
        answered = table["states"].map(lambda states: PURE if len(states) == 1 else GUESSED)
        counts = answered.where(table["reason"] == "", table["reason"]).value_counts()
        for outcome in OUTCOMES:
            count = int(counts.get(outcome, 0))
            share = count / len(table) if len(table) else float("nan")
            rows.append((name, outcome, count, share))
    return pd.DataFrame(rows, columns=["dataset", "outcome", "compounds", "share"])


def element_states(guesses: pd.DataFrame) -> pd.DataFrame:
    """Each state of each element that is listed or was guessed, and how often it was guessed.

    ``guesses`` from `guess_compositions`; spellings of one composition with the same guess count once,
    pure elements not at all. Columns: element, atomic_number, state; common, icsd, listed (whether
    pymatgen lists it as common, seen in the ICSD, at all); occurrences (ions of that state in the ICSD
    bond-valence list that ranks assignments, of the states that a guess may give an atom);
    compounds with it as mean state; share (of the compounds with a guess for the element).
    """
    counts: Counter[tuple[str, float]] = Counter()
    answered = guesses[guesses["states"].map(len) > 1]
    distinct = answered.assign(text=answered["states"].map(_written))
    for states in distinct.drop_duplicates(["reduced", "text"])["states"]:
        counts.update(states.items())
    totals: Counter[str] = Counter()
    for (symbol, _), count in counts.items():
        totals[symbol] += count
    rows = []
    for symbol, number in NUMBER_OF.items():
        known = listed(symbol)
        occurrences = dict(zip(known.tried, known.occurrences, strict=True))
        guessed = {state for element, state in counts if element == symbol}
        for state in sorted(guessed.union(known.common, known.icsd, known.every)):
            kinds = (state in known.common, state in known.icsd, state in known.every)
            count = counts[symbol, state]
            share = count / totals[symbol] if totals[symbol] else float("nan")
            seen = occurrences.get(int(state), 0) if float(state).is_integer() else 0
            rows.append((symbol, number, float(state), *kinds, seen, count, share))
    names = ["element", "atomic_number", "state", "common", "icsd", "listed", "occurrences"]
    return pd.DataFrame(rows, columns=[*names, "compounds", "share"])


def common_shares(states: pd.DataFrame) -> pd.DataFrame:
    """How often the mean state guessed for an element is one of its common states.

    ``states`` from `element_states`. Columns: element, atomic_number, compounds; common, uncommon,
    mixed (shares of the compounds: a common state, another whole number, a mean between states);
    common_ci_low, common_ci_high (95 %, `wilson`). Elements never guessed are left out.
    """
    rows = []
    seen = states[states["compounds"] > 0]
    for (number, symbol), table in seen.groupby(["atomic_number", "element"]):
        total = int(table["compounds"].sum())
        whole = table["state"] % 1 == 0
        common = int(table.loc[table["common"], "compounds"].sum())
        uncommon = int(table.loc[whole & ~table["common"], "compounds"].sum())
        mixed = (total - common - uncommon) / total
        shares = (common / total, uncommon / total, mixed, *wilson(common, total))
        rows.append((symbol, number, total, *shares))
    shown = ["common", "uncommon", "mixed", "common_ci_low", "common_ci_high"]
    return pd.DataFrame(rows, columns=["element", "atomic_number", "compounds", *shown])
