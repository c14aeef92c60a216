"""From raw paths to the table of steps, with a list of what was refused and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from matxai.constitutive.data.laws import Law
from matxai.constitutive.data.raw.paths import RawPath, Refused
from matxai.learning.split import PARTS
from matxai.run.errors import InputError
from matxai.run.progress import progress

Array = npt.NDArray[np.float64]

# The published layout of viscoelastic data calls the Maxwell element's spring and dashpot so.
MAXWELL = {"E": "E_1", "eta": "eta_1"}
# Share of the largest strain of a path above which a change of plastic strain is no rounding error.
PLASTIC_CHANGE = 1e-6


@dataclass(frozen=True)
class Prepared:
    """Three tables.

    ``series``: a row a step, sorted by path and step: path, part, step, time, dt, strain, stress,
    control, prev_strain, prev_stress, state and prev_state, internal variables, parameters that
    the data state, tangent (d stress / d strain of the step), and where a law has a plastic strain
    ``plastic``, whether it changes in the step. What is unknown is NaN. Units of the files.
    ``files``: a row a record: file, record, path, steps; of a refused one reason, expected instead.
    ``ranges``: a row a column of ``series``: column, rows, missing, minimum, mean, maximum.
    """

    series: pd.DataFrame
    files: pd.DataFrame
    ranges: pd.DataFrame


def prepare(
    raw: Iterable[RawPath | Refused],
    law: Law,
    split: tuple[float, float],
    seed: int,
    strict: bool,
    truth: pd.DataFrame | None = None,
) -> Prepared:
    """One table of all usable paths, split by path.

    Args:
        raw: what a reader gives; paths are numbered in this order.
        split: shares of training and validation; the rest, at least one path each, is the test.
        strict: a refusal is an error.
        truth: exact internal variables and tangent by file, record and step.

    Raises:
        InputError: ``strict`` and a path is refused, or fewer than three paths are left.
    """
    records = _alike([_for_law(entry, law) for entry in progress(raw, "paths read")])
    paths = [entry for entry in records if isinstance(entry, RawPath)]
    _check(records, len(paths), strict)
    exact = {} if truth is None else dict(iter(truth.groupby(["file", "record"])))
    steps = [_steps(path, law, exact.get((path.file, path.record))) for path in paths]
    number = np.repeat(np.arange(len(paths)), [len(columns["step"]) for columns in steps])
    columns = {name: np.concatenate([path[name] for path in steps]) for name in steps[0]}
    parts = _parts(len(paths), split, seed)
    series = pd.DataFrame({"path": number, "part": parts[number], **columns})
    return Prepared(series, _files(records), _ranges(series))


def _for_law(entry: RawPath | Refused, law: Law) -> RawPath | Refused:
    """The path with the parameters of the law alone, under their names there."""
    if isinstance(entry, Refused):
        return entry
    renamed = {MAXWELL[name]: value for name, value in entry.parameters.items() if name in MAXWELL}
    stated = renamed | entry.parameters
    return replace(
        entry, parameters={name: stated[name] for name in law.parameters if name in stated}
    )


def _alike(records: list[RawPath | Refused]) -> list[RawPath | Refused]:
    """Refuse the paths without a parameter that others state: a network needs it of all."""
    stated = {
        name: None for entry in records if isinstance(entry, RawPath) for name in entry.parameters
    }

    def judged(entry: RawPath | Refused) -> RawPath | Refused:
        if isinstance(entry, Refused) or not (absent := stated.keys() - entry.parameters.keys()):
            return entry
        reason = f"states no {' and no '.join(sorted(absent))}, which other paths state"
        return Refused(entry.file, entry.record, reason, "the same parameters in every path")

    return [judged(entry) for entry in records]


def _check(records: list[RawPath | Refused], kept: int, strict: bool) -> None:
    refused = [entry for entry in records if isinstance(entry, Refused)]
    first = refused[0] if refused else None
    if first and strict:
        raise InputError(
            f"{len(refused)} of {len(records)} paths are refused, the first: {first.reason}",
            file=first.file,
            where=None if first.record is None else f"record {first.record}",
            expected=first.expected,
            fix="correct the files, or set strict: false to leave refused paths out",
        )
    if kept < len(PARTS):
        raise InputError(
            f"only {kept} of {len(records)} paths can be used"
            + (f", the first refused because: {first.reason}" if first else ""),
            file=first.file if first else None,
            expected="at least three, one a part",
            fix="correct the files, or give more",
        )


def _steps(path: RawPath, law: Law, truth: pd.DataFrame | None) -> dict[str, Array]:
    """The columns of one path."""
    given = path.series
    steps = len(given["strain"])
    material = {name: np.full(steps, value) for name, value in path.parameters.items()}
    exact = _complete(truth, steps)
    measured = {"strain": given["strain"], "stress": given["stress"]}
    internal = _where_known(law.recover, measured | material) | given | exact
    unknown = np.full(steps, np.nan)
    memory = measured | {name: internal.get(name, unknown) for name in law.internal}
    time = given.get("time", np.arange(steps, dtype=np.float64))
    previous = {
        f"prev_{name}": given.get(f"prev_{name}", np.concatenate([[np.nan], memory[name][:-1]]))
        for name in ("strain", "stress", *law.state)
    }
    columns = {
        "step": np.arange(steps),
        "time": time,
        "dt": np.diff(time, prepend=time[:1]),
        **measured,
        "control": given.get("control", np.arange(steps) / (steps - 1)),
        **previous,
        **memory,
        **material,
    }
    # No step leads to the first point, unless the file itself says what was before it.
    first = 0 if previous.keys() <= given.keys() else 1
    columns = {name: values[first:] for name, values in columns.items()}
    known = {name: values for name, values in columns.items() if not np.isnan(values).any()}
    if "time" not in given:
        del known["dt"]  # the number of the step is no time
    tangent = _where_known(lambda c: {"tangent": law.tangent(c)}, known) | exact
    columns["tangent"] = tangent.get("tangent", unknown)[-len(columns["step"]) :]
    if "e_plastic" in law.internal:
        change = np.abs(columns["e_plastic"] - columns["prev_e_plastic"])
        columns["plastic"] = change > PLASTIC_CHANGE * np.abs(given["strain"]).max()
    return columns


def _complete(truth: pd.DataFrame | None, steps: int) -> dict[str, Array]:
    """The columns of a path's truth, if it knows every step; a tangent may be NaN where there are two."""
    if truth is None:
        return {}
    rows = truth.drop(columns=["file", "record"]).set_index("step")
    if not set(range(steps)) <= set(rows.index):
        return {}
    rows = rows.reindex(range(steps))
    return {str(name): rows[name].to_numpy(np.float64) for name in rows}


def _where_known(
    function: Callable[[Mapping[str, Array]], dict[str, Array]], columns: Mapping[str, Array]
) -> dict[str, Array]:
    """What a law says of the columns: nothing where one is absent, NaN where it makes no sense."""
    try:
        with np.errstate(all="ignore"):
            found = function(columns)
    except KeyError:
        return {}
    return {name: np.where(np.isfinite(values), values, np.nan) for name, values in found.items()}


def _parts(paths: int, split: tuple[float, float], seed: int) -> npt.NDArray[np.str_]:
    """The part of every path."""
    train, val = split
    first = int(np.clip(round(train * paths), 1, paths - 2))
    second = int(np.clip(round((train + val) * paths), first + 1, paths - 1))
    parts = np.empty(paths, dtype="<U5")
    sections = np.split(np.random.default_rng(seed).permutation(paths), [first, second])
    for part, section in zip(PARTS, sections, strict=True):
        parts[section] = part
    return parts


def _files(records: list[RawPath | Refused]) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    path = 0
    for entry in records:
        if isinstance(entry, RawPath):
            rows.append((entry.file, entry.record, path, len(entry.series["strain"]), None, None))
            path += 1
        else:
            rows.append((entry.file, entry.record, None, None, entry.reason, entry.expected))
    table = pd.DataFrame(rows, columns=["file", "record", "path", "steps", "reason", "expected"])
    return table.astype({"record": "Int64", "path": "Int64", "steps": "Int64"})


def _ranges(series: pd.DataFrame) -> pd.DataFrame:
    columns = series.select_dtypes(np.float64)
    return pd.DataFrame(
        {
            "column": list(columns),
            "rows": len(columns),
            "missing": columns.isna().sum().to_numpy(),
            "minimum": columns.min().to_numpy(),
            "mean": columns.mean().to_numpy(),
            "maximum": columns.max().to_numpy(),
        }
    )
