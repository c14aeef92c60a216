"""Raw files computed from the laws themselves, in the layouts that data from elsewhere have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from matxai.constitutive.data.raw.numpy_files import STRAIN_FILE, write_arrays, write_dict
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
    samples = zip(*(_sample(case, path) for path in range(case.paths)), strict=True)
    material, duration, strain = map(np.array, samples)
    control = np.arange(case.steps + 1) / case.steps
    time = duration[:, None] * control
    parameters = dict(zip(case.physics.parameters, material.T[:, :, None], strict=True))
    answer = case.physics.respond(strain, time, parameters)
    series = {"strain": strain, "stress": answer["stress"], "time": time}
    series["control"] = np.broadcast_to(control, strain.shape)
    if "e_plastic" in answer:
        series["e_plastic"] = answer["e_plastic"]
    files = _write(case.layout, root, series, parameters)
    records = np.arange(case.paths) if case.layout == "arrays" else np.zeros(case.paths, int)
    points = case.steps + 1
    return pd.DataFrame(
        {
            "file": np.repeat(files, points),
            "record": np.repeat(records, points),
            "step": np.tile(np.arange(points), case.paths),
            **{name: answer[name].ravel() for name in ("tangent", *case.physics.internal)},
        }
    )


def _sample(case: Generation, path: int) -> tuple[list[float], float, Array]:
    """Draw the parameters, the duration and the strains (steps + 1,) of a path."""
    # With a generator of its own, a path does not depend on the number of paths.
    generator = np.random.default_rng([case.seed, path])
    ranges = [case.parameters[name] for name in case.physics.parameters]
    material = [generator.uniform(bounds.low, bounds.high) for bounds in ranges]
    if case.layout == "arrays":
        material = [(bounds.low + bounds.high) / 2 for bounds in ranges]
    duration = np.exp(generator.uniform(np.log(case.duration.low), np.log(case.duration.high)))
    kind = KINDS[path % len(KINDS)]
    strain = strain_path(kind, case.steps, case.strain.low, case.strain.high, generator)
    return material, duration, strain


def _write(
    layout: str, root: Path, series: dict[str, Array], parameters: dict[str, Array]
) -> list[str]:
    """Write the files and return that of each path, relative to ``root``."""
    paths = len(series["strain"])
    if layout == "arrays":
        write_arrays(root, {k: series[k] for k in ("strain", "stress", "time", "control")})
        return [STRAIN_FILE] * paths
    before = np.maximum(
        np.arange(series["strain"].shape[1]) - 1, 0
    )  # the virgin state precedes itself
    files = []
    for path in progress(range(paths), "paths written"):
        loading = {name: values[path] for name, values in series.items()}
        material = {name: float(values[path, 0]) for name, values in parameters.items()}
        if layout == "dict":
            files.append(f"INPUTS/npy/sample_{path:05d}.npy")
            remembered = [name for name in ("strain", "stress", "e_plastic") if name in loading]
            previous = {f"prev_{name}": loading[name][before] for name in remembered}
            write_dict(root / files[-1], {**loading, **previous}, material)
        else:
            files.append(f"INPUTS/tfrecord/sample_{path:05d}.tfrecord")
            loading.pop("e_plastic", None)
            # Kinds, encodings and names alternate so that every two of them meet within nine paths.
            turn, rest = divmod(path, 3)
            encoding, names = ENCODINGS[(rest + turn) % 3], NAMES[(rest + 2 * turn) % 3]
            write_tfrecord(root / files[-1], [Example(loading, material, encoding, names)])
    return files
