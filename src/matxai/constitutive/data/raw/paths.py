"""One loading path as its file states it: the keys that it may have, and what makes it unusable."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from matxai.constitutive.laws import Array

SERIES = (
    "strain", "stress", "time", "control", "e_plastic",
    "prev_strain", "prev_stress", "prev_e_plastic",
)  # fmt: skip
PARAMETERS = ("E", "sig0", "H_kin", "mu", "k", "alpha", "eta", "E_inf", "E_1", "eta_1")
ALIASES = {"epsilon": "strain", "eps": "strain", "sigma": "stress", "sig": "stress", "t": "time"}
KEYS = frozenset((*SERIES, *PARAMETERS, *ALIASES))
NUMERIC = "iuf"  # kinds of NumPy element types that are real numbers


@dataclass(frozen=True)
class RawPath:
    """A path in the units of its file, which is named relative to the folder of the case.

    ``record`` is the place in the file, from 0. The series (steps,) have the names of ``SERIES``, the
    parameters those of ``PARAMETERS``.
    """

    file: str
    record: int
    series: dict[str, Array]
    parameters: dict[str, float]


@dataclass(frozen=True)
class Refusal:
    """A path that cannot be used, or a whole file if ``record`` is None, and the reason."""

    file: str
    record: int | None
    reason: str
    expected: str


def refuse_outside(path: Path, root: str | Path) -> Refusal | None:
    """Refuse a file that is not in the folder of the case after links are followed."""
    if path.resolve().is_relative_to(Path(root).resolve()):
        return None
    file, reason = path.relative_to(root).as_posix(), "the file lies outside the case's folder"
    return Refusal(file, None, reason, "files inside it, or links to such files")


class _UnusableError(Exception):
    """Its arguments are the reason and what is expected, as in a `Refusal`."""


def check_path(file: str, record: int, values: Mapping[str, object]) -> RawPath | Refusal:
    """Make a path of the content of a file, or refuse it; keys outside ``KEYS`` are ignored.

    A series may be (steps,), (steps, 1) or (1, steps), and a parameter any array of one value.
    """
    try:
        arrays = {name: _numbers(key, value) for name, (key, value) in _by_name(values).items()}
        series = {name: array for name, array in arrays.items() if name in SERIES}
        _check_series(series)
        parameters = {name: _scalar(name, arrays[name]) for name in arrays if name not in SERIES}
    except _UnusableError as problem:
        return Refusal(file, record, *problem.args)
    return RawPath(file, record, series, parameters)


def _by_name(values: Mapping[str, object]) -> dict[str, tuple[str, object]]:
    """Return (key in the file, value) of the known keys by name."""
    entries: dict[str, tuple[str, object]] = {}
    for key in (key for key in values if key in KEYS):
        name = ALIASES.get(key, key)
        if name in entries:
            problem = f"both {entries[name][0]} and {key} are given"
            raise _UnusableError(problem, f"one series of {name}")
        entries[name] = key, values[key]
    return entries


def _numbers(key: str, value: object) -> Array:
    try:
        array = np.asarray(value)
    except ValueError:  # lists of unequal lengths
        raise _UnusableError(f"{key} is ragged", "one row of numbers") from None
    if array.dtype.kind not in NUMERIC:
        raise _UnusableError(f"{key} is not numeric: {array.dtype}", "real numbers")
    if array.size != max(array.shape, default=1):
        raise _UnusableError(f"{key} has the shape {array.shape}", "one row of numbers")
    with np.errstate(over="ignore"):  # an extended float may become infinite, and is refused below
        flat = np.ascontiguousarray(array.reshape(-1), dtype=np.float64)
    if not np.isfinite(flat).all():
        step = int(np.flatnonzero(~np.isfinite(flat))[0])
        raise _UnusableError(f"{key} is {flat[step]} at step {step}", "finite numbers")
    return flat


def _check_series(series: Mapping[str, Array]) -> None:
    for name in ("strain", "stress"):
        if name not in series:
            aliases = [alias for alias, meant in ALIASES.items() if meant == name]
            raise _UnusableError(f"no {name}", f"a series {name} (or {', '.join(aliases)})")
    steps = len(series["strain"])
    for name, values in series.items():
        if len(values) != steps:
            problem = f"{name} has {len(values)} steps, strain {steps}"
            raise _UnusableError(problem, "series of equal length")
    if steps < 2:
        raise _UnusableError(f"strain has {steps} step", "at least two steps")
    if "time" in series and (late := np.flatnonzero(np.diff(series["time"]) <= 0)).size:
        problem = f"time does not increase at step {late[0] + 1}"
        raise _UnusableError(problem, "strictly increasing time")


def _scalar(name: str, array: Array) -> float:
    if len(array) != 1:
        raise _UnusableError(f"{name} has {len(array)} values", "one value per path")
    return float(array[0])
