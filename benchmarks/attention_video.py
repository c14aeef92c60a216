"""What a frame of an attention video costs, ours against two matplotlib pages per frame.

    python benchmarks/attention_video.py --frames 300 --published-frames 30 --out FILE.csv

A made-up history of one compound (5 elements, 3 layers, 4 heads) whose weights change smoothly. Ours: all
layers and heads beside prediction and error, drawn once, composed in memory, one ffmpeg. The published
way, as it is described: each frame is two matplotlib pages (the heads of the first layer; the prediction),
saved as PNG files, encoded into two videos, which a third ffmpeg puts side by side (1100 x 550). Both run
on one core, ffmpeg included, in turns; CPU seconds of this process and of its children.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import numpy as np
import pandas as pd
from imageio_ffmpeg import get_ffmpeg_exe
from matplotlib.figure import Figure

from matxai.composition.attention.shown_compounds import ShownCompound
from matxai.composition.attention.store import History
from matxai.composition.figures.attention_video import Frames, frame_rate
from matxai.plotting.video import write_video
from matxai.quantities import Quantity

RATE = 15


def made_up(steps: int) -> ShownCompound:
    """A view whose attention and prediction wander smoothly."""
    rng = np.random.default_rng(0)
    scores = rng.normal(scale=0.15, size=(steps, 3, 4, 5, 5)).cumsum(axis=0)
    weights = np.exp(scores)
    weights /= weights.sum(axis=-1, keepdims=True)
    fractions = np.array([0.6, 0.16, 0.12, 0.08, 0.04], dtype=np.float32)
    prediction = 1 + rng.normal(scale=0.05, size=steps).cumsum()
    history = History(
        formula="O15Si4Li3Fe2Sc",
        symbols=["O", "Si", "Li", "Fe", "Sc"],
        fractions=fractions,
        target=1.0,
        prediction=prediction.astype(np.float32),
        attention=weights.astype(np.float32),
        steps=22 * np.arange(1, steps + 1),
        epochs=np.arange(1, steps + 1, dtype=float),
    )
    error = 0.25 + 0.1 / np.sqrt(np.arange(1, steps + 1))
    target, origin = Quantity("Bulk modulus", unit="GPa"), "crabnet on made-up data"
    return ShownCompound(history, error, 810, target, origin, kept=steps - 1)


def ours(view: ShownCompound, folder: Path, _frames: int) -> None:
    frames = Frames(view)
    write_video(frames, folder / "ours.mp4", frame_rate(len(frames), RATE))


def published(view: ShownCompound, folder: Path, frames: int) -> None:
    for name in ("left", "right"):
        (folder / name).mkdir()
    for step in range(frames):
        heads_page(view, step).savefig(folder / "left" / f"{step:05d}.png")
        value_page(view, step).savefig(folder / "right" / f"{step:05d}.png")
    for name in ("left", "right"):
        ffmpeg("-framerate", RATE, "-i", folder / name / "%05d.png", *H264, folder / f"{name}.mp4")
    pair = ("-i", folder / "left.mp4", "-i", folder / "right.mp4")
    ffmpeg(*pair, "-filter_complex", "hstack", *H264, folder / "published.mp4")


H264 = ("-c:v", "libx264", "-pix_fmt", "yuv420p")


def ffmpeg(*arguments: object) -> None:
    command = [get_ffmpeg_exe(), "-v", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True)


def heads_page(view: ShownCompound, step: int) -> Figure:
    """The four heads of the first layer."""
    figure = Figure(figsize=(5.5, 5.5), dpi=100)
    for head, axes in enumerate(figure.subplots(2, 2).flat):
        image = axes.imshow(view.history.attention[step, 0, head], vmin=0, vmax=1)
        axes.set_xticks(range(len(view.labels)), view.labels, rotation=90)
        axes.set_yticks(range(len(view.labels)), view.labels)
        axes.set_title(f"head {head + 1}")
    figure.colorbar(image, ax=figure.axes)
    figure.suptitle(f"{view.history.formula}, step {view.history.steps[step]}")
    return figure


def value_page(view: ShownCompound, step: int) -> Figure:
    """The prediction with the true value and the step."""
    figure = Figure(figsize=(5.5, 5.5), dpi=100)
    axes = figure.add_subplot()
    axes.plot(view.history.epochs, view.history.prediction, label="predicted")
    axes.axhline(view.history.target, color="black", label="true")
    axes.axvline(view.history.epochs[step], color="red")
    axes.set(xlabel="epoch", ylabel=view.target.axis(), title=view.target.label)
    axes.legend()
    return figure


def cpu_seconds() -> float:
    spent = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        spent += usage.ru_utime + usage.ru_stime
    return spent


def measured(
    name: str, make: Callable[[ShownCompound, Path, int], None], view: ShownCompound, frames: int
) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        began, wall = cpu_seconds(), time.perf_counter()
        make(view, Path(folder), frames)
        spent = cpu_seconds() - began
        return {
            "way": name,
            "frames": frames,
            "cpu_s": spent,
            "cpu_ms_a_frame": 1000 * spent / frames,
            "wall_s": time.perf_counter() - wall,
            "bytes_a_frame": Path(folder, f"{name}.mp4").stat().st_size / frames,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--published-frames", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    view = made_up(arguments.frames)
    heads_page(view, 0).canvas.draw()  # fonts are found once, for both
    rows = []
    for _ in range(arguments.rounds):
        rows.append(measured("ours", ours, view, arguments.frames))
        rows.append(measured("published", published, view, arguments.published_frames))
        print(pd.DataFrame(rows).round(1).to_string(), flush=True)
    table = pd.DataFrame(rows)
    means = table.groupby("way")["cpu_ms_a_frame"].mean()
    print(f"published / ours, CPU time a frame: {means['published'] / means['ours']:.1f}")
    if arguments.out:
        table.to_csv(arguments.out, index=False, float_format="%.6g")


if __name__ == "__main__":
    main()
