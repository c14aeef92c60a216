"""Preparation of a case: raw paths become the table of steps, or are refused with a reason."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from matxai.constitutive.data.raw.numpy_files import read_arrays, read_dicts
from matxai.constitutive.data.raw.paths import RawPath, Refusal
from matxai.constitutive.data.raw.tfrecords import read_tfrecords
from matxai.constitutive.laws import Array, Law
from matxai.learning.split import PARTS
from matxai.run.errors import InputError
from matxai.run.progress import progress

READERS = {"tfrecord": read_tfrecords, "dict": read_dicts, "arrays": read_arrays}
# Names of the Maxwell element's spring and dashpot in the published viscoelastic data.
MAXWELL = {"E": "E_1", "eta": "eta_1"}
# Changes of plastic strain below this share of the largest strain of a path are rounding errors.
PLASTIC_CHANGE = 1e-6


@dataclass(frozen=True)
class Prepared:
    """A prepared case. Values have the units of the files, and what is unknown is NaN.

    Attributes:
        series: One row per step, sorted by path and step: path, part, step, time, dt, strain, stress,
            control, prev_strain, prev_stress, state and prev_state, internal variables, parameters that
            the data state, tangent (d stress / d strain of the step), and for a law with a plastic strain
            ``plastic``, whether it changes in the step.
        files: One row per record: file, record, path, steps; for a refused record reason, expected instead.
        ranges: One row per column of ``series``: column, rows, missing, minimum, mean, maximum.
    """

    series: pd.DataFrame
    files: pd.DataFrame
    ranges: pd.DataFrame


def prepare(
    raw: Iterable[RawPath | Refusal],
    law: Law,
    split: tuple[float, float],
    seed: int,
    strict: bool,
    truth: pd.DataFrame | None = None,
) -> Prepared:
    """Make the table of steps of all usable paths, numbered in the order of their reader.

    ``split`` are the shares of training and validation; the rest of the paths are the test part, and each
    part has at least one. ``truth`` holds exact internal variables and tangents by file, record and step.

    Raises:
        InputError: If a path is refused under ``strict``, or fewer than three paths are left.
    """
    records = [_for_law(entry, law) for entry in progress(raw, "paths read")]
    stated = {n for entry in records if isinstance(entry, RawPath) for n in entry.parameters}
    records = [_refuse_incomplete(entry, stated) for entry in records]
    paths = [entry for entry in records if isinstance(entry, RawPath)]
    _check(records, len(paths), strict)
    exact = {} if truth is None else dict(iter(truth.groupby(["file", "record"])))
    steps = [_steps(path, law, exact.get((path.file, path.record))) for path in paths]
    number = np.repeat(np.arange(len(paths)), [len(columns["step"]) for columns in steps])
    columns = {name: np.concatenate([path[name] for path in steps]) for name in steps[0]}
    parts = _parts(len(paths), split, seed)
    series = pd.DataFrame({"path": number, "part": parts[number], **columns})
    return Prepared(series, _files(records, paths), _ranges(series))


def _for_law(entry: RawPath | Refusal, law: Law) -> RawPath | Refusal:
    """Reduce the parameters of a path to those of the law, under the names of the law."""
    if isinstance(entry, Refusal):
        return entry
    renamed = {MAXWELL[name]: value for name, value in entry.parameters.items() if name in MAXWELL}
    stated = renamed | entry.parameters
    parameters = {name: stated[name] for name in law.parameters if name in stated}
    return replace(entry, parameters=parameters)


def _refuse_incomplete(entry: RawPath | Refusal, stated: set[str]) -> RawPath | Refusal:
    """Refuse a path without a parameter that others state, because a network needs it of all."""
    if isinstance(entry, Refusal) or not (absent := stated - entry.parameters.keys()):
        return entry
    reason = f"states no {' and no '.join(sorted(absent))}, which other paths state"
    return Refusal(entry.file, entry.record, reason, "the same parameters in every path")


def _check(records: list[RawPath | Refusal], usable: int, strict: bool) -> None:
    refused = [entry for entry in records if isinstance(entry, Refusal)]
    first = refused[0] if refused else None
    if first and strict:
        raise InputError(
            f"{len(refused)} of {len(records)} paths are refused, the first: {first.reason}",
            file=first.file,
            where=None if first.record is None else f"record {first.record}",
            expected=first.expected,
            fix="correct the files, or set strict: false to leave refused paths out",
        )
    if usable < len(PARTS):
        raise InputError(
            f"only {usable} of {len(records)} paths can be used"
            + (f", the first refused because: {first.reason}" if first else ""),
            file=first.file if first else None,
            expected="at least three, one for each part",
            fix="correct the files, or give more",
        )


def _steps(path: RawPath, law: Law, truth: pd.DataFrame | None) -> dict[str, Array]:
    """Return the columns of one path."""
    series = path.series
    steps = len(series["strain"])
    material = {name: np.full(steps, value) for name, value in path.parameters.items()}
    exact = _complete(truth, steps)
    measured = {name: series[name] for name in ("strain", "stress")}
    internal = _where_known(law.recover, measured | material) | series | exact
    unknown = np.full(steps, np.nan)
    memory = measured | {name: internal.get(name, unknown) for name in law.internal}
    time = series.get("time", np.arange(steps, dtype=np.float64))
    previous = {
        f"prev_{name}": series.get(f"prev_{name}", np.concatenate([[np.nan], memory[name][:-1]]))
        for name in ("strain", "stress", *law.state)
    }
    columns = {
        "step": np.arange(steps),
        "time": time,
        "dt": np.diff(time, prepend=time[:1]),
        **measured,
        "control": series.get("control", np.arange(steps) / (steps - 1)),
        **previous,
        **memory,
        **material,
    }
    # No step leads to the first point, unless the file states what precedes it.
    first = 0 if previous.keys() <= series.keys() else 1
    columns = {name: values[first:] for name, values in columns.items()}
    known = {name: values for name, values in columns.items() if not np.isnan(values).any()}
    if "time" not in series:
        del known["dt"]  # without a time, it counts steps
    tangent = _where_known(lambda c: {"tangent": law.tangent(c)}, known) | exact
    columns["tangent"] = tangent.get("tangent", unknown)[-len(columns["step"]) :]
    if "e_plastic" in law.internal:
        change = np.abs(columns["e_plastic"] - columns["prev_e_plastic"])
        columns["plastic"] = change > PLASTIC_CHANGE * np.abs(series["strain"]).max()
    return columns


def _complete(truth: pd.DataFrame | None, steps: int) -> dict[str, Array]:
    """Return the columns of a path's truth if it has every step; a tangent may be NaN."""
    if truth is None or not set(range(steps)) <= set(truth["step"]):
        return {}
    rows = truth.drop(columns=["file", "record"]).set_index("step").reindex(range(steps))
    return {str(name): rows[name].to_numpy(np.float64) for name in rows}


def _where_known(
    function: Callable[[Mapping[str, Array]], dict[str, Array]], columns: Mapping[str, Array]
) -> dict[str, Array]:
    """Apply a law to the columns: nothing if one is absent, NaN where the result is not finite."""
    try:
        with np.errstate(all="ignore"):
            results = function(columns)
    except KeyError:
        return {}
    return {name: np.where(np.isfinite(values), values, np.nan) for name, values in results.items()}


def _parts(paths: int, split: tuple[float, float], seed: int) -> npt.NDArray[np.str_]:
    """Return the part of every path."""
    train, val = split
    first = int(np.clip(round(train * paths), 1, paths - 2))
    second = int(np.clip(round((train + val) * paths), first + 1, paths - 1))
    parts = np.repeat(PARTS, [first, second - first, paths - second])
    # The inverse of a permutation sends each path to its place in it.
    return parts[np.argsort(np.random.default_rng(seed).permutation(paths))]


def _files(records: list[RawPath | Refusal], paths: list[RawPath]) -> pd.DataFrame:
    columns = ["file", "record", "path", "steps", "reason", "expected"]
    table = pd.DataFrame([vars(entry) for entry in records], columns=columns)
    used = table["reason"].isna()
    table.loc[used, "path"] = range(len(paths))
    table.loc[used, "steps"] = [len(path.series["strain"]) for path in paths]
    return table.astype({"record": "Int64", "path": "Int64", "steps": "Int64"})


def _ranges(series: pd.DataFrame) -> pd.DataFrame:
    columns = series.select_dtypes(np.float64)
    ends = {"minimum": columns.min(), "mean": columns.mean(), "maximum": columns.max()}
    table = pd.DataFrame({"rows": len(columns), "missing": columns.isna().sum(), **ends})
    return table.rename_axis("column").reset_index()
