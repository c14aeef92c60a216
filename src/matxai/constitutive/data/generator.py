"""Raw files computed from the laws themselves, in the layouts that data from elsewhere have."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from matxai.constitutive.data.raw.numpy_files import STRAIN_FILE, write_arrays, write_dict
from matxai.constitutive.data.raw.tfrecords import encode_buffer, encode_text, write_tfrecord
from matxai.constitutive.laws import Array
from matxai.constitutive.settings.data import Generation
from matxai.run.progress import progress

KINDS = ("cyclic", "ramp_and_hold", "random")
ENCODINGS: tuple[Callable[[Array], bytes | Array], ...] = (np.asarray, encode_buffer, encode_text)
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
    files, points = _write(case.layout, Path(root), series, parameters), case.steps + 1
    records = np.arange(case.paths) if case.layout == "arrays" else np.zeros(case.paths, int)
    columns = {"file": np.repeat(files, points), "record": np.repeat(records, points)}
    exact = {name: answer[name].ravel() for name in ("tangent", *case.physics.internal)}
    return pd.DataFrame({**columns, "step": np.tile(np.arange(points), case.paths), **exact})


def _sample(case: Generation, path: int) -> tuple[list[float], float, Array]:
    """Draw the parameters, the duration and the strains (steps + 1,) of a path."""
    # With a generator of its own, a path does not depend on the number of paths.
    generator = np.random.default_rng([case.seed, path])
    ranges = [case.parameters[name] for name in case.physics.parameters]
    material = [generator.uniform(*bounds) for bounds in ranges]
    if case.layout == "arrays":
        material = [(low + high) / 2 for low, high in ranges]
    duration = np.exp(generator.uniform(*np.log(case.duration)))
    kind = KINDS[path % len(KINDS)]
    return material, duration, strain_path(kind, case.steps, *case.strain, generator)


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
            remembered = [name for name in ("strain", "stress", "e_plastic") if name in loading]
            # The virgin state precedes itself.
            previous = {f"prev_{n}": np.r_[loading[n][:1], loading[n][:-1]] for n in remembered}
            write_dict(root / files[-1], {**loading, **previous}, material)
        else:
            files.append(f"INPUTS/tfrecord/sample_{path:05d}.tfrecord")
            loading.pop("e_plastic", None)
            # Kinds, encodings and names alternate so that every two of them meet within nine paths.
            turn, rest = divmod(path, 3)
            encode, names = ENCODINGS[(rest + turn) % 3], NAMES[(rest + 2 * turn) % 3]
            written = {names.get(name, name): encode(values) for name, values in loading.items()}
            exact = {name: encode_text(np.array(value)) for name, value in material.items()}
            write_tfrecord(root / files[-1], {**written, **exact})
    return files


def strain_path(
    kind: str, steps: int, low: float, high: float, generator: np.random.Generator
) -> Array:
    """Make a strain history (steps + 1,) within [low, high], zero in the initial state."""
    shape = {"cyclic": _cyclic, "ramp_and_hold": _ramp_and_hold, "random": _random}[kind]
    return shape(steps, low, high, generator)


def _cyclic(steps: int, low: float, high: float, generator: np.random.Generator) -> Array:
    """Connect turning points that lie alternately in the upper and the lower half."""
    turns = int(generator.integers(2, 7))
    middle = (low + high) / 2
    upper = generator.uniform(middle, high, turns)
    lower = generator.uniform(low, middle, turns)
    corners = np.where((np.arange(turns) % 2 == 0) == (generator.random() < 0.5), upper, lower)
    places = np.linspace(0, steps, turns + 1)
    return np.interp(np.arange(steps + 1), places, [0.0, *corners])


def _ramp_and_hold(steps: int, low: float, high: float, generator: np.random.Generator) -> Array:
    """Make two to four ramps to random levels, each followed by a hold."""
    ramps = int(generator.integers(2, 5))
    levels = np.repeat(generator.uniform(low, high, ramps), 2)
    shares = generator.uniform(0.3, 1.0, 2 * ramps)
    places = np.array([0.0, *np.cumsum(shares)]) / shares.sum() * steps
    return np.interp(np.arange(steps + 1), places, [0.0, *levels])


def _random(steps: int, low: float, high: float, generator: np.random.Generator) -> Array:
    """Make an Ornstein-Uhlenbeck process, smoothed by a second one that limits its band.

    Both relax over steps / 10. The path starts at zero and is scaled to lie within the bounds.
    """
    decay = np.exp(-10.0 / steps)
    noise = generator.standard_normal(steps)
    rough = smooth = 0.0
    path = np.zeros(steps + 1)
    for step in range(steps):
        rough = decay * rough + np.sqrt(1 - decay**2) * noise[step]
        smooth = decay * smooth + (1 - decay) * rough
        path[step + 1] = smooth
    reach = generator.uniform(0.5, 1.0)
    above, below = path.max(), -path.min()
    scale = min(high / above if above > 0 else np.inf, -low / below if below > 0 else np.inf)
    return path * scale * reach
