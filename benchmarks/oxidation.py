r"""Oxidation guesses: our search against pymatgen, formula by formula, on every data set of a folder.

    python benchmarks/oxidation.py --data FOLDER --out FILE.csv \
        [--seconds S] [--limit 60] [--least 0] [--below inf]

``FOLDER`` holds one folder per data set with train.csv, val.csv, test.csv. Every distinct formula text
stands in a class by its effort: about what pymatgen writes out, in products of charges. A class is
worked through in random order, on one core, until pymatgen has used ``--seconds`` of CPU time on it
(default: no end; 12 data sets take hours), or ``--limit`` on a formula. Both are asked for the same
formula, one after the other, reading the formula included. ``--least`` and ``--below`` bound the efforts.

Each formula is a line of ``FILE.csv`` as soon as it is answered; a second run goes on where the first
was stopped. Printed for each class, from the whole file: formulas, how many were tried, how many pymatgen
answered, disagreements among these, CPU times of the answered ones and their ratio.
"""

from __future__ import annotations

import argparse
import math
import resource
import signal
import sys
import time
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import numpy as np
import pandas as pd
from pymatgen.core import Composition

from matxai.composition.data.sources import read_parts
from matxai.composition.oxidation.guess import NON_INTEGER, guess, known_states
from matxai.learning.split import PARTS

EFFORTS = (1e3, 1e4, 1e5, 1e6, 1e7, 1e8, math.inf)
MEMORY = 8 * 2**30  # bytes: pymatgen keeps every balanced assignment


class GivenUpError(Exception):
    """pymatgen reached the limit of a formula."""


def read_formulas(folder: Path) -> list[str]:
    found: set[str] = set()
    for path in sorted(folder.glob("*/train.csv")):
        found |= set(read_parts({part: path.with_name(f"{part}.csv") for part in PARTS})["formula"])
    return sorted(found)


def effort(formula: str) -> float:
    """About what pymatgen writes out, in products of charges; looking an ion up costs some 20 of them."""
    multisets, products = 0, 1
    amounts = Composition(formula).get_el_amt_dict()
    if len(amounts) == 1 or not all(amount.is_integer() for amount in amounts.values()):
        return 0.0
    for symbol, amount in amounts.items():
        states, atoms = known_states(symbol).candidates or (0,), int(amount)
        multisets += atoms * math.comb(len(states) + atoms - 1, atoms)
        products *= 1 + atoms * (max(states) - min(states))
    return float(20 * multisets + products)


def ask_pymatgen(formula: str, limit: float) -> dict[str, float] | str | None:
    """The first-ranked states, the name of an error, or None where it was given up."""

    def stop(*_: object) -> None:
        raise GivenUpError

    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, limit)
    try:
        found = Composition(formula).oxi_state_guesses()
    except ValueError:
        return NON_INTEGER
    except (GivenUpError, MemoryError):
        return None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return dict(found[0]) if found else {}


def ask_ours(formula: str) -> dict[str, float] | str:
    found = guess(Composition(formula).get_el_amt_dict())
    return NON_INTEGER if found.reason == NON_INTEGER else found.states


def ask_both(formula: str, limit: float) -> tuple[str, float, float]:
    """``same``, ``disagreement`` or ``given up`` (by pymatgen), and the CPU seconds of both."""
    start = time.process_time()
    expected = ask_pymatgen(formula, limit)
    between = time.process_time()
    found = ask_ours(formula)
    end = time.process_time()
    outcome = "given up" if expected is None else "same" if expected == found else "disagreement"
    return outcome, between - start, end - between


def measure(formulas: list[str], seconds: float, limit: float, out: Path) -> None:
    """Ask both for what ``out`` does not hold yet, until pymatgen used ``seconds``; append each."""
    done = pd.read_csv(out, keep_default_na=False)
    used = done.loc[done["formula"].isin(formulas), "pymatgen_s"].sum()
    left = sorted(set(formulas) - set(done["formula"]))
    for number, index in enumerate(np.random.default_rng(0).permutation(len(left)), start=1):
        if used >= seconds:
            break
        formula = left[index]
        outcome, theirs, ours = ask_both(formula, limit)
        used += theirs
        with out.open("a") as lines:
            lines.write(f"{formula},{effort(formula):.4g},{outcome},{theirs:.4g},{ours:.4g}\n")
        if outcome == "disagreement" or number % 100 == 0:
            print(
                f"{number} of {len(left)}: {formula} {outcome}, pymatgen {used:.0f} CPU s",
                flush=True,
            )


def summarise(formulas: list[str], classes: np.ndarray, done: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for number, bound in enumerate(EFFORTS):
        mine = [formula for formula, its in zip(formulas, classes, strict=True) if its == number]
        tried = done[done["formula"].isin(mine)]
        answered = tried[tried["outcome"] != "given up"]
        theirs, ours = answered["pymatgen_s"].sum(), answered["ours_s"].sum()
        rows.append(
            {
                "effort_below": bound,
                "formulas": len(mine),
                "tried": len(tried),
                "answered": len(answered),
                "disagreements": int((tried["outcome"] == "disagreement").sum()),
                "pymatgen_s": theirs,
                "ours_s": ours,
                "ratio": theirs / ours if ours else math.nan,
            }
        )
    return pd.DataFrame(rows)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=math.inf)
    parser.add_argument("--limit", type=float, default=60.0)
    parser.add_argument("--least", type=float, default=0.0)
    parser.add_argument("--below", type=float, default=math.inf)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    every = {formula: effort(formula) for formula in read_formulas(arguments.data)}
    formulas = [f for f, its in every.items() if arguments.least <= its < arguments.below]
    for symbol in ("Li", "F"):
        known_states(symbol)  # pymatgen's list is read once, by neither of the two
    start = time.process_time()
    for formula in formulas:
        ask_ours(formula)
    print(f"{len(formulas)} formulas, ours: {time.process_time() - start:.1f} CPU s", flush=True)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    classes = np.searchsorted(EFFORTS, [every[formula] for formula in formulas], side="right")
    if not arguments.out.exists():
        arguments.out.write_text("formula,effort,outcome,pymatgen_s,ours_s\n")
    for number in range(len(EFFORTS)):
        mine = [formula for formula, its in zip(formulas, classes, strict=True) if its == number]
        measure(mine, arguments.seconds, arguments.limit, arguments.out)
    print(
        summarise(formulas, classes, pd.read_csv(arguments.out, keep_default_na=False)).to_string(
            index=False
        )
    )


if __name__ == "__main__":
    main()
