"""Preparation of a data set: rows are parsed, refused, transformed, selected, split and checked."""

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
from matxai.composition.data.report import describe_parts
from matxai.composition.settings.data import (
    CompositionPreparation,
    DataSource,
    FolderSource,
    TransportSource,
)
from matxai.learning.split import PARTS
from matxai.run.errors import InputError
from matxai.run.progress import progress

_CLASSES = {"0": 0.0, "0.0": 0.0, "false": 0.0, "1": 1.0, "1.0": 1.0, "true": 1.0}
_EXAMPLES = 3  # refused rows that an error names


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
    """Prepare the rows that `sources` reads; the embedded data are also selected and split.

    ``known`` are the symbols in the element table that the networks start from. A row with another element
    is refused, since it could only be predicted as if the element were absent.

    Raises:
        InputError: If a row is refused under ``settings.strict``, a part keeps fewer than two rows, or all
            compositions of the training part have one target.
    """
    compounds, refused = _parse(raw, dataset, {NUMBER_OF[symbol] for symbol in known})
    if settings.strict and len(refused):
        first = refused.iloc[0]
        raise InputError(
            f"{len(refused)} rows are refused, the first: {first.reason}",
            file=_source_path(first.file, dataset),
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
    _check_parts(compounds, raw, refused, dataset)
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
            target = _target(row["target"], dataset)
        except FormulaError as error:
            refused.append(row | {"reason": error.reason, "expected": error.expected})
            continue
        parsed = {"target": target, "reduced": reduced_formula(amounts)}
        lists = {"numbers": list(amounts), "amounts": list(amounts.values())}
        accepted.append(row | parsed | lists)
    return (
        pd.DataFrame(accepted, columns=[*raw.columns, "reduced", "numbers", "amounts"]),
        pd.DataFrame(refused, columns=[*raw.columns, "reason", "expected"]),
    )


def _target(text: str, dataset: DataSource) -> float:
    """Read a class, or a finite number that is then transformed."""
    if dataset.task == "classification":
        word = text.strip().lower()
        if word not in _CLASSES:
            raise FormulaError(f"target {text!r} is no class", "0 or 1, or false or true")
        return _CLASSES[word]
    try:
        if "_" in text:  # Python reads 1_000 as a thousand
            raise ValueError
        value = float(text)
    except ValueError:
        raise FormulaError(f"target {text!r} is not a number", "a finite number") from None
    if not math.isfinite(value):
        raise FormulaError(f"target {text!r} is not finite", "a finite number")
    if dataset.transform == "none":
        return value
    if dataset.transform == "log10_abs":
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
    compounds = compounds[selection]
    generator = np.random.default_rng(dataset.seed)
    formulas = generator.permutation(np.sort(compounds["reduced"].unique()))
    divided = len(formulas[: dataset.subset])
    bounds = np.round(np.cumsum([dataset.split.train, dataset.split.val]) * divided).astype(int)
    # What the subset leaves comes after it, so that it changes neither training nor validation.
    end = max(divided, bounds[-1] + (dataset.test or 0))
    sections = zip(PARTS, np.split(formulas[:end], bounds), strict=True)
    part_of = {formula: part for part, section in sections for formula in section}
    drawn = compounds[compounds["reduced"].isin(part_of)]
    return drawn.assign(part=drawn["reduced"].map(part_of)), [
        ("all", "rows of metals", int(metal.sum())),
        ("all", "rows wanted", len(compounds)),
        ("all", "rows drawn", len(drawn)),
    ]


def _check_parts(
    compounds: pd.DataFrame, raw: pd.DataFrame, refused: pd.DataFrame, dataset: DataSource
) -> None:
    """Check that no part is too small, naming the refused rows, which may be the cause."""

    def error(problem: str, part: str, expected: str, fix: str) -> InputError:
        # The embedded data have no parts yet when rows are refused.
        rows, bad = (table[table["part"].isin([part, ""])] for table in (raw, refused))
        examples = [
            f"line {row.line}: {row.formula},{row.target}: {row.reason}"
            for row in bad.head(_EXAMPLES).itertuples()
        ]
        more = [f"and {len(bad) - _EXAMPLES} more"] if len(bad) > _EXAMPLES else []
        return InputError(
            problem,
            file=_source_path(rows["file"].iloc[0], dataset),
            where="; ".join([*examples, *more]) or None,
            value=f"{len(rows)} rows read, {len(bad)} refused",
            expected=expected,
            fix=fix,
        )

    for part in PARTS:
        if (count := int((compounds["part"] == part).sum())) < 2:
            fix = "give more rows, or correct those that are refused"
            if isinstance(dataset, TransportSource):
                fix = "raise `subset` or the part's share in `split`"
            raise error(
                f"the {part} part keeps {count} rows",
                part,
                "at least two rows per part, single elements not counted in train (drop_unary)",
                fix,
            )
    # A network sees one target per composition, in float32.
    train = compounds[compounds["part"] == "train"]
    targets = train.groupby("reduced")["target"].mean().astype(np.float32)
    if targets.nunique() < 2:
        classes = dataset.task == "classification"
        raise error(
            f"all compositions of the train part have the target {targets.iloc[0]:g}",
            "train",
            "rows of class 0 and of class 1" if classes else "targets that differ",
            "give rows with another target, or correct those that are refused",
        )


def _source_path(file: str, dataset: DataSource) -> str:
    """Return the path of a source file as the configuration states it."""
    return f"{dataset.path}/{file}" if isinstance(dataset, FolderSource) else file
