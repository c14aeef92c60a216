"""Raw files computed from the laws themselves, in the layouts that data from elsewhere have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from matxai.constitutive.data.raw.arrays import STRAIN_FILE, write_arrays
from matxai.constitutive.data.raw.dicts import write_dict
from matxai.constitutive.data.raw.tfrecords import Encoding, Example, write_tfrecord
from matxai.constitutive.data.strain_paths import Kind, strain_path
from matxai.constitutive.laws import Array
from matxai.constitutive.settings.data import Generation
from matxai.run.progress import progress

KINDS: tuple[Kind, ...] = ("cyclic", "ramp_and_hold", "random")
ENCODINGS: tuple[Encoding, ...] = ("float_list", "buffer", "text")
NAMES: tuple[dict[str, str], ...] = (
    {},
    {"strain": "epsilon", "stress": "sigma", "time": "t"},
    {"strain": "eps", "stress": "sig", "time": "t"},
)


def generate(case: Generation, root: str | Path) -> pd.DataFrame:
    """Write the raw files of a case below ``root``, a folder that should be empty.

    A path has ``case.steps`` equal steps after the virgin state, which is its step 0, and a control (load
    parameter) that rises evenly from 0 to 1. The layout "arrays" cannot state parameters, so that all
    paths have the middle of each range there.

    Returns:
        Exact values of every step: file, record, step, tangent and the internal variables of the law.
    """
    root = Path(root)
    samples = [_sample(case, path) for path in range(case.paths)]
    strain = np.array([path["strain"] for path in samples])
    control = np.arange(case.steps + 1) / case.steps
    time = np.array([path["duration"] for path in samples]) * control
    parameters = {
        name: np.array([path[name] for path in samples]) for name in case.physics.parameters
    }
    answer = case.physics.respond(strain, time, parameters)
    series = {
        "strain": strain,
        "stress": answer["stress"],
        "time": time,
        "control": np.broadcast_to(control, strain.shape),
    }
    if "e_plastic" in answer:
        series["e_plastic"] = answer["e_plastic"]
    files = _write(case.layout, root, series, parameters)
    alone = len(set(files)) == case.paths
    records = np.zeros(case.paths, int) if alone else np.arange(case.paths)
    points = case.steps + 1
    return pd.DataFrame(
        {
            "file": np.repeat(files, points),
            "record": np.repeat(records, points),
            "step": np.tile(np.arange(points), case.paths),
            **{name: answer[name].ravel() for name in ("tangent", *case.physics.internal)},
        }
    )


def _sample(case: Generation, path: int) -> dict[str, Array]:
    # With a generator of its own, a path does not depend on the number of paths.
    generator = np.random.default_rng([case.seed, path])
    sample = {}
    for name in case.physics.parameters:
        bounds = case.parameters[name]
        value = generator.uniform(bounds.low, bounds.high)
        sample[name] = (bounds.low + bounds.high) / 2 if case.layout == "arrays" else value
    logarithm = generator.uniform(np.log(case.duration.low), np.log(case.duration.high))
    kind = KINDS[path % len(KINDS)]
    strain = strain_path(kind, case.steps, case.strain.low, case.strain.high, generator)
    columns = {name: np.array([value]) for name, value in sample.items()}
    return {**columns, "duration": np.array([np.exp(logarithm)]), "strain": strain}


def _write(
    layout: str, root: Path, series: dict[str, Array], parameters: dict[str, Array]
) -> list[str]:
    """Write the files and return that of each path, relative to ``root``."""
    paths = len(series["strain"])
    if layout == "arrays":
        write_arrays(root, {k: series[k] for k in ("strain", "stress", "time", "control")})
        return [STRAIN_FILE] * paths
    files = []
    for path in progress(range(paths), "paths written"):
        loading = {name: values[path] for name, values in series.items()}
        material = {name: float(values[path, 0]) for name, values in parameters.items()}
        if layout == "dict":
            files.append(f"INPUTS/npy/sample_{path:05d}.npy")
            write_dict(root / files[-1], {**loading, **_previous(loading)}, material)
        else:
            files.append(f"INPUTS/tfrecord/sample_{path:05d}.tfrecord")
            loading.pop("e_plastic", None)
            # Kinds, encodings and names alternate so that every two of them meet within nine paths.
            turn, rest = divmod(path, 3)
            encoding, names = ENCODINGS[(rest + turn) % 3], NAMES[(rest + 2 * turn) % 3]
            write_tfrecord(root / files[-1], [Example(loading, material, encoding, names)])
    return files


def _previous(series: dict[str, Array]) -> dict[str, Array]:
    """Return the previous values of the series; the virgin state precedes itself."""
    return {
        f"prev_{name}": np.concatenate([series[name][:1], series[name][:-1]])
        for name in ("strain", "stress", "e_plastic")
        if name in series
    }
