"""Oxidation guesses: our search against pymatgen, formula by formula, on every data set of a folder.

    python benchmarks/oxidation.py --data FOLDER [--seconds S] [--limit 60] [--least 0] [--out FILE.csv]

``FOLDER`` holds one folder a data set with train.csv, val.csv, test.csv. Every distinct formula text
stands in a class by its effort: about what pymatgen writes out, in products of charges. A class is
worked through in random order, on one core, until pymatgen has used ``--seconds`` of CPU time on it
(default: no end; 12 data sets take hours), or ``--limit`` on a formula. Both are asked for the same
formula, one after the other, reading the formula included. ``--least`` leaves out formulas of less effort.

Printed for each class: formulas, how many were tried, how many pymatgen answered, disagreements among
these, CPU times and their ratio. Last, what pymatgen would take for all formulas at the means of the
classes, a formula given up counted at the limit, against what ours took for all of them at first.
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

from matxai.composition.oxidation import NON_INTEGER, guess, listed
from matxai.composition.sources import PARTS, read_parts

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
        states, atoms = listed(symbol).tried or (0,), int(amount)
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


def measure(formulas: list[str], seconds: float, limit: float) -> dict[str, float]:
    tried = answered = disagreements = 0
    theirs = ours = theirs_answered = ours_answered = 0.0
    for formula in formulas:
        if theirs >= seconds:
            break
        start = time.process_time()
        expected = ask_pymatgen(formula, limit)
        between = time.process_time()
        found = ask_ours(formula)
        end = time.process_time()
        tried += 1
        theirs += between - start
        ours += end - between
        if expected is not None:
            answered += 1
            theirs_answered += between - start
            ours_answered += end - between
            if expected != found:
                disagreements += 1
                print("disagreement:", formula, expected, found, flush=True)
    return {
        "formulas": len(formulas),
        "tried": tried,
        "answered": answered,
        "disagreements": disagreements,
        "pymatgen_s": theirs,
        "ours_s": ours,
        "ratio": theirs_answered / ours_answered if ours_answered else math.nan,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=math.inf)
    parser.add_argument("--limit", type=float, default=60.0)
    parser.add_argument("--least", type=float, default=0.0)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    formulas = [f for f in read_formulas(arguments.data) if effort(f) >= arguments.least]
    for symbol in ("Li", "F"):
        listed(symbol)  # pymatgen's list is read once, by neither of the two
    start = time.process_time()
    every = [ask_ours(formula) for formula in formulas]
    ours = time.process_time() - start
    print(f"{len(every)} formulas, ours: {ours:.1f} CPU s", flush=True)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    efforts = np.array([effort(formula) for formula in formulas])
    classes = np.searchsorted(EFFORTS, efforts, side="right")
    rng = np.random.default_rng(0)
    rows = []
    for number, bound in enumerate(EFFORTS):
        mine = rng.permutation(np.flatnonzero(classes == number))
        found = measure([formulas[i] for i in mine], arguments.seconds, arguments.limit)
        rows.append({"effort_below": bound, **found})
        print(rows[-1], flush=True)
    table = pd.DataFrame(rows)
    print(table.to_string(index=False))
    known = table[table["tried"] > 0]
    theirs = (known["pymatgen_s"] / known["tried"] * known["formulas"]).sum()
    print(f"all formulas: pymatgen {theirs:.0f}, ours {ours:.1f} CPU s, ratio {theirs / ours:.0f}")
    print(f"tried {table['tried'].sum()}, disagreements {table['disagreements'].sum()}")
    if arguments.out:
        table.to_csv(arguments.out, index=False, float_format="%.4g")


if __name__ == "__main__":
    main()
