"""From raw rows to the table that every later rule reads, with a report of what was refused."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from matxai.composition.data.formulas import (
    NUMBER_OF,
    SYMBOL_OF,
    FormulaError,
    parse_formula,
    reduced_formula,
)
from matxai.composition.data.part_checks import check_parts, path_of
from matxai.composition.settings.data import CompositionPreparation, DataSet, Transport
from matxai.learning.split import PARTS
from matxai.run.errors import InputError
from matxai.run.progress import progress

_CLASSES = {"0": 0.0, "0.0": 0.0, "false": 0.0, "1": 1.0, "1.0": 1.0, "true": 1.0}


@dataclass(frozen=True)
class Prepared:
    """Three tables.

    ``compounds``: part, file, line, formula, reduced, target (transformed), numbers (atomic numbers)
    and amounts as lists. ``refused``: part, file, line, formula, target, reason, expected.
    ``report``: part, quantity, value.
    """

    compounds: pd.DataFrame
    refused: pd.DataFrame
    report: pd.DataFrame


def prepare(
    raw: pd.DataFrame, dataset: DataSet, settings: CompositionPreparation, known: Collection[str]
) -> Prepared:
    """Parse, refuse, transform, and for the embedded data select and split.

    ``known`` holds the symbols of the element table that the networks start from: a row with
    another element is refused, since it could only be predicted as if the element were absent.

    Raises:
        InputError: ``strict`` and a row is refused, a part keeps fewer than two rows, or all targets of the
            training part are equal (of a classification: it holds one class).
    """
    compounds, refused = _parse(raw, dataset, {NUMBER_OF[symbol] for symbol in known})
    if settings.strict and len(refused):
        first = refused.iloc[0]
        raise InputError(
            f"{len(refused)} rows are refused, the first: {first.reason}",
            file=path_of(first.file, dataset),
            where=f"line {first.line}",
            value=f"{first.formula},{first.target}",
            expected=first.expected,
            fix="correct the rows, or set strict: false to leave refused rows out",
        )
    counts: list[tuple[str, str, float]] = [
        ("all", "rows read", len(raw)),
        ("all", "rows refused", len(refused)),
    ]
    if isinstance(dataset, Transport):
        compounds, selected = _select(compounds, dataset)
        counts += selected
    if settings.drop_unary:
        unary = (compounds["numbers"].map(len) == 1) & (compounds["part"] == "train")
        counts.append(("train", "single-element rows left out", int(unary.sum())))
        compounds = compounds[~unary]
    check_parts(compounds, raw, refused, dataset)
    compounds = compounds.reset_index(drop=True)
    described = _describe(compounds, classes=dataset.task == "classification")
    report = pd.DataFrame(counts + described, columns=["part", "quantity", "value"])
    return Prepared(compounds, refused, report)


def _parse(
    raw: pd.DataFrame, dataset: DataSet, known: set[int]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    kept, refused = [], []
    for row in progress(raw.to_dict("records"), "formulas read"):
        try:
            amounts = parse_formula(row["formula"])
            if unknown := [SYMBOL_OF[number] for number in amounts if number not in known]:
                raise FormulaError(
                    f"the element table has no {' and no '.join(unknown)}",
                    "elements of the table, or another `network.vectors`",
                )
            if dataset.task == "classification":
                target = _class(row["target"])
            else:
                target = _transformed(row["target"], dataset.transform)
        except FormulaError as error:
            refused.append(row | {"reason": error.reason, "expected": error.expected})
            continue
        kept.append(
            row
            | {
                "target": target,
                "reduced": reduced_formula(amounts),
                "numbers": list(amounts),
                "amounts": list(amounts.values()),
            }
        )
    reasons = ["reason", "expected"]
    extra = ["reduced", "numbers", "amounts"]
    return (
        pd.DataFrame(kept, columns=[*raw.columns, *extra]),
        pd.DataFrame(refused, columns=[*raw.columns, *reasons]),
    )


def _class(text: str) -> float:
    """0 or 1, the latter also from true; nothing else is taken for a class, 0.5 or 2 least of all."""
    word = text.strip().lower()
    if word in _CLASSES:
        return _CLASSES[word]
    raise FormulaError(f"target {text!r} is no class", "0 or 1, or false or true")


def _transformed(text: str, transform: str) -> float:
    try:
        if "_" in text:  # Python reads 1_000 as a thousand
            raise ValueError
        value = float(text)
    except ValueError:
        raise FormulaError(f"target {text!r} is not a number", "a finite number") from None
    if not math.isfinite(value):
        raise FormulaError(f"target {text!r} is not finite", "a finite number")
    if transform == "none":
        return value
    if transform == "log10_abs":
        value = abs(value)
    if value <= 0:
        raise FormulaError(
            f"target {text} has no logarithm", "a target above zero, or transform: none"
        )
    return math.log10(value)


def _select(
    compounds: pd.DataFrame, dataset: Transport
) -> tuple[pd.DataFrame, list[tuple[str, str, float]]]:
    """Metals, subset and split of the embedded data; all draws are over reduced formulas."""
    metal = compounds["metal"].to_numpy(bool)
    wanted = {"keep": np.ones(len(metal), bool), "drop": ~metal, "only": metal}[dataset.metals]
    counts: list[tuple[str, str, float]] = [
        ("all", "rows of metals", int(metal.sum())),
        ("all", "rows wanted", int(wanted.sum())),
    ]
    compounds = compounds[wanted]
    generator = np.random.default_rng(dataset.seed)
    formulas = generator.permutation(np.sort(compounds["reduced"].unique()))
    divided = len(formulas[: dataset.subset])
    bounds = np.round(np.cumsum([dataset.split.train, dataset.split.val]) * divided).astype(int)
    # What the subset leaves comes after it, so that it changes neither training nor validation.
    end = max(divided, bounds[-1] + (dataset.test or 0))
    sections = np.split(formulas[:end], bounds)
    part_of = {
        formula: part for part, section in zip(PARTS, sections, strict=True) for formula in section
    }
    compounds = compounds[compounds["reduced"].isin(part_of)]
    counts.append(("all", "rows drawn", len(compounds)))
    return compounds.assign(part=compounds["reduced"].map(part_of)), counts


def _describe(compounds: pd.DataFrame, *, classes: bool) -> list[tuple[str, str, float]]:
    """Sizes, duplicates and leakage of each part; range and tails of a number, shares of classes."""
    training = set(compounds.loc[compounds["part"] == "train", "reduced"])
    rows: list[tuple[str, str, float]] = []
    for part in PARTS:
        table = compounds[compounds["part"] == part]
        groups = table.groupby("reduced")["target"]
        spread = (groups.max() - groups.min())[groups.size() > 1]
        values = {
            "rows kept": len(table),
            "distinct compositions": groups.ngroups,
            "compositions with several rows": len(spread),
            **(_mixed_classes(spread) if classes else _ranges(spread)),
            "compositions also in train": 0
            if part == "train"
            else len(set(table["reduced"]) & training),
            "elements in a compound, at most": table["numbers"].map(len).max(),
            **(_shares if classes else _distribution)(table["target"]),
        }
        rows += [(part, quantity, float(value)) for quantity, value in values.items()]
    return rows


def _ranges(spread: pd.Series) -> dict[str, float]:
    return {
        "median target range among them": spread.median(),
        "largest target range among them": spread.max(),
    }


def _mixed_classes(spread: pd.Series) -> dict[str, float]:
    return {"compositions with both classes": (spread > 0).sum()}


def _distribution(target: pd.Series) -> dict[str, float]:
    return {
        "target mean": target.mean(),
        "target standard deviation": target.std(),
        "target skewness": target.skew(),
        "target minimum": target.min(),
        **{f"target {100 * q:g} % quantile": target.quantile(q) for q in (0.01, 0.5, 0.99)},
        "target maximum": target.max(),
    }


def _shares(target: pd.Series) -> dict[str, float]:
    return {"rows of class 1": target.sum(), "share of class 1": target.mean()}
