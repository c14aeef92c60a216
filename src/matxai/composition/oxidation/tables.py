"""Tables of oxidation guesses: of every composition of a study, of each data set, of each element.

A file of guesses is a CSV with the columns states (``Fe:3 O:-2``, mean states by atomic number, empty
without an answer) and reason (why there is no answer, a key of `guess.REASONS`). `read_oxidation` reads it;
pandas alone would take the formula ``NaN`` for a missing value.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from matxai.composition.data.compounds import symbols_of
from matxai.composition.data.formulas import NUMBER_OF
from matxai.composition.oxidation.guess import REASONS, guess, known_states
from matxai.run.progress import progress
from matxai.statistics.calibration import wilson

GUESSED, PURE = "guessed", "pure"  # answers, beside the reasons for none
OUTCOMES = (GUESSED, PURE, *REASONS)


def composition_key(amounts: Mapping[str, float]) -> str:
    """Write elements and amounts in the order of the formula, e.g. ``Fe2 O3``.

    A guess depends on nothing else. Two formulas with one reduced formula may have two keys and two
    guesses, because Fe4O6 has more assignments than Fe2O3 and the order of the elements decides ties.
    """
    return " ".join(
        symbol + (str(int(amount)) if float(amount).is_integer() else repr(float(amount)))
        for symbol, amount in amounts.items()
    )


def guess_compositions(tables: Iterable[pd.DataFrame], limit_s: float) -> pd.DataFrame:
    """Guess each composition of several tables of prepared compounds once, in ``limit_s`` seconds at most.

    Columns: composition (its key), reduced, states, reason, in the order in which compositions occur first.
    """
    compositions: dict[str, tuple[dict[str, float], str]] = {}
    for table in tables:
        for amounts, reduced in zip(symbols_of(table), table["reduced"], strict=True):
            compositions.setdefault(composition_key(amounts), (amounts, reduced))
    rows = []
    for key, (amounts, reduced) in progress(compositions.items(), "compositions guessed"):
        answer = guess(amounts, limit_s)
        rows.append((key, reduced, answer.states, answer.reason))
    return pd.DataFrame(rows, columns=["composition", "reduced", "states", "reason"])


def guesses_of(compounds: pd.DataFrame, guesses: pd.DataFrame) -> pd.DataFrame:
    """Look up the guess of each compound of a data set: part, line, formula, reduced, states, reason.

    Raises:
        KeyError: If a composition is not in ``guesses``, a table of `guess_compositions`.
    """
    rows = guesses.set_index("composition")[["states", "reason"]]
    answers = rows.loc[[composition_key(amounts) for amounts in symbols_of(compounds)]]
    table = compounds[["part", "line", "formula", "reduced"]].reset_index(drop=True)
    return pd.concat([table, answers.reset_index(drop=True)], axis=1)


def write_oxidation(table: pd.DataFrame, path: str | Path) -> None:
    """Write a table of guesses as CSV, from which `read_oxidation` restores every digit."""
    table.assign(states=table["states"].map(_format_states)).to_csv(path, index=False)


def read_oxidation(path: str | Path) -> pd.DataFrame:
    """Read the guesses of a data set (``oxidation.csv``) or of a study (``guesses.csv``).

    The rows of ``oxidation.csv`` are those of the data set's ``compounds.parquet``. The column states holds
    {symbol: mean oxidation state per atom}, empty where reason says why there is no answer.
    """
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    if "line" in table:
        table["line"] = table["line"].astype(int)
    return table.assign(states=table["states"].map(_parse_states))


def _format_states(states: Mapping[str, float]) -> str:
    symbols = sorted(states, key=NUMBER_OF.__getitem__)
    return " ".join(f"{symbol}:{repr(states[symbol]).removesuffix('.0')}" for symbol in symbols)


def _parse_states(text: str) -> dict[str, float]:
    pairs = (entry.split(":") for entry in text.split())
    return {symbol: float(state) for symbol, state in pairs}


def outcomes(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Count the compounds of each data set, whose guesses ``tables`` has, by outcome.

    Columns: dataset, outcome, compounds, share (of the data set's compounds). Every data set has one row
    per outcome, in the order of ``OUTCOMES``.
    """
    rows = []
    for name, table in tables.items():
        answered = table["states"].map(lambda states: PURE if len(states) == 1 else GUESSED)
        outcome = answered.where(table["reason"] == "", table["reason"])
        counts = outcome.value_counts().reindex(list(OUTCOMES), fill_value=0)
        rows += [(name, *pair) for pair in zip(OUTCOMES, counts, counts / len(table), strict=True)]
    return pd.DataFrame(rows, columns=["dataset", "outcome", "compounds", "share"])


def element_states(guesses: pd.DataFrame) -> pd.DataFrame:
    """Count how often `guess_compositions` guessed each state of each element.

    Spellings of one composition with the same guess count once. Pure elements do not count.

    Returns:
        Table with one row per state that pymatgen lists or that was guessed: element, atomic_number, state;
        common, icsd, listed (whether pymatgen lists it as common, as seen in the ICSD, at all);
        occurrences (`guess.KnownStates`, 0 for states that are no candidates); compounds with it
        as mean state; share (of the compounds with a guess for the element).
    """
    answered = guesses[guesses["states"].map(len) > 1]
    distinct = answered.assign(text=answered["states"].map(_format_states))
    counts: dict[str, Counter[float]] = {symbol: Counter() for symbol in NUMBER_OF}
    for states in distinct.drop_duplicates(["reduced", "text"])["states"]:
        for symbol, state in states.items():
            counts[symbol][state] += 1
    rows = []
    for symbol, guessed in counts.items():
        known, total = known_states(symbol), guessed.total()
        ions: dict[float, int] = dict(zip(known.candidates, known.occurrences, strict=True))
        for state in sorted({*guessed, *known.common, *known.icsd, *known.all}):
            lists = (state in known.common, state in known.icsd, state in known.all)
            share = guessed[state] / total if total else float("nan")
            key = (symbol, NUMBER_OF[symbol], float(state))
            rows.append((*key, *lists, ions.get(state, 0), guessed[state], share))
    names = ["element", "atomic_number", "state", "common", "icsd", "listed", "occurrences"]
    return pd.DataFrame(rows, columns=[*names, "compounds", "share"])


def common_shares(states: pd.DataFrame) -> pd.DataFrame:
    """Measure how often the mean state of an element in `element_states` is one of its common states.

    One row per element that was guessed: element, atomic_number, compounds; common, uncommon, mixed (shares
    of the compounds with a common state, another whole number, a mean between states); common_ci_low,
    common_ci_high (95 %, `wilson`).
    """
    rows = []
    guessed = states[states["compounds"] > 0]
    for (number, symbol), table in guessed.groupby(["atomic_number", "element"]):
        counts, is_common = table["compounds"], table["common"]
        total, common = int(counts.sum()), int(counts[is_common].sum())
        uncommon = int(counts[(table["state"] % 1 == 0) & ~is_common].sum())
        mixed = (total - common - uncommon) / total
        shares = (common / total, uncommon / total, mixed, *wilson(common, total))
        rows.append((symbol, number, total, *shares))
    names = ["element", "atomic_number", "compounds", "common", "uncommon", "mixed"]
    return pd.DataFrame(rows, columns=[*names, "common_ci_low", "common_ci_high"])
