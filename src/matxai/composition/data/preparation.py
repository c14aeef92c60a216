"""Preparation of a data set: rows are parsed, refused, transformed, selected and split."""

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
from matxai.composition.data.part_checks import check_parts, source_path
from matxai.composition.data.report import describe_parts
from matxai.composition.settings.data import CompositionPreparation, DataSource, TransportSource
from matxai.learning.split import PARTS
from matxai.run.errors import InputError
from matxai.run.progress import progress

_CLASSES = {"0": 0.0, "0.0": 0.0, "false": 0.0, "1": 1.0, "1.0": 1.0, "true": 1.0}


@dataclass(frozen=True)
class Prepared:
    """A prepared data set.

    Attributes:
        compounds: One row per compound, with the columns part, file, line, formula, reduced (formula),
            target (transformed), numbers (list of atomic numbers), amounts (list).
        refused: One row per refused row: part, file, line, formula, target, reason, expected.
        report: Counts and statistics: part, quantity, value.
    """

    compounds: pd.DataFrame
    refused: pd.DataFrame
    report: pd.DataFrame


def prepare(
    raw: pd.DataFrame, dataset: DataSource, settings: CompositionPreparation, known: Collection[str]
) -> Prepared:
    """Prepare the raw rows of a data set; the embedded data are also selected and split.

    Args:
        raw: Rows as `sources` reads them.
        dataset: Settings of the data set.
        settings: Settings of the preparation.
        known: Symbols in the element table that the networks start from. A row with another element is
            refused, since it could only be predicted as if the element were absent.

    Raises:
        InputError: If a row is refused under ``settings.strict``, or `check_parts` finds a part unusable.
    """
    compounds, refused = _parse(raw, dataset, {NUMBER_OF[symbol] for symbol in known})
    if settings.strict and len(refused):
        first = refused.iloc[0]
        raise InputError(
            f"{len(refused)} rows are refused, the first: {first.reason}",
            file=source_path(first.file, dataset),
            where=f"line {first.line}",
            value=f"{first.formula},{first.target}",
            expected=first.expected,
            fix="correct the rows, or set strict: false to leave refused rows out",
        )
    counts: list[tuple[str, str, float]] = [
        ("all", "rows read", len(raw)),
        ("all", "rows refused", len(refused)),
    ]
    if isinstance(dataset, TransportSource):
        compounds, selected = _select(compounds, dataset)
        counts += selected
    if settings.drop_unary:
        unary = (compounds["numbers"].map(len) == 1) & (compounds["part"] == "train")
        counts.append(("train", "single-element rows left out", int(unary.sum())))
        compounds = compounds[~unary]
    check_parts(compounds, raw, refused, dataset)
    compounds = compounds.reset_index(drop=True)
    description = describe_parts(compounds, classes=dataset.task == "classification")
    report = pd.DataFrame(counts + description, columns=["part", "quantity", "value"])
    return Prepared(compounds, refused, report)


def _parse(
    raw: pd.DataFrame, dataset: DataSource, known: set[int]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    accepted, refused = [], []
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
                target = _number(row["target"], dataset.transform)
        except FormulaError as error:
            refused.append(row | {"reason": error.reason, "expected": error.expected})
            continue
        accepted.append(
            row
            | {
                "target": target,
                "reduced": reduced_formula(amounts),
                "numbers": list(amounts),
                "amounts": list(amounts.values()),
            }
        )
    return (
        pd.DataFrame(accepted, columns=[*raw.columns, "reduced", "numbers", "amounts"]),
        pd.DataFrame(refused, columns=[*raw.columns, "reason", "expected"]),
    )


def _class(text: str) -> float:
    """Read a class, 0 or 1, also written as false or true; 0.5 and 2 are no classes."""
    word = text.strip().lower()
    if word in _CLASSES:
        return _CLASSES[word]
    raise FormulaError(f"target {text!r} is no class", "0 or 1, or false or true")


def _number(text: str, transform: str) -> float:
    """Read a finite number and apply the transform."""
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
    compounds: pd.DataFrame, dataset: TransportSource
) -> tuple[pd.DataFrame, list[tuple[str, str, float]]]:
    """Select and split the embedded data; what is drawn at random are reduced formulas."""
    metal = compounds["metal"].to_numpy(bool)
    selection = {"keep": np.ones(len(metal), bool), "drop": ~metal, "only": metal}[dataset.metals]
    counts: list[tuple[str, str, float]] = [
        ("all", "rows of metals", int(metal.sum())),
        ("all", "rows wanted", int(selection.sum())),
    ]
    compounds = compounds[selection]
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
