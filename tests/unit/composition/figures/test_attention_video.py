"""An attention video, decoded: the right colour in the right cell, and marks of the same step."""

import subprocess
from itertools import pairwise, product

import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from matplotlib import colormaps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from tests.attention import planted_store, symbols_of

from matxai.composition.attention.shown_compounds import ShownCompound
from matxai.composition.attention.store import AttentionStore
from matxai.composition.figures.attention_video import Frames, frame_rate, number_format, text_lines
from matxai.plotting.video import write_video
from matxai.quantities import Quantity

FORMULAS = ["BaTiO3", "NaCl", "Fe", "LiFePO4", "KBr"]
TARGETS = [1.0, np.nan, 0.5, -1.0, 2.0]
TARGET = Quantity("Hardness", unit="GPa")


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    return planted_store(tmp_path_factory.mktemp("store"), FORMULAS, TARGETS)


def viewed(planted, formula):
    with AttentionStore(planted[0]) as store:
        return ShownCompound.read(store, formula, TARGET, "crabnet on mine, seed 0", -1)


@pytest.fixture(scope="module")
def decoded(planted, tmp_path_factory):
    """Frames of LiFePO4 as a player shows them, and what drew them."""
    path = tmp_path_factory.mktemp("video") / "a.mp4"
    frames = Frames(viewed(planted, "LiFePO4"))
    write_video(frames, path, 1)
    raw = subprocess.run(
        [get_ffmpeg_exe(), "-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    shape = (len(frames), *frames.still.shape)
    return np.frombuffer(raw, dtype=np.uint8).reshape(shape).astype(int), frames


def marks(pictures, panel):
    """Column of the line and row of the dot in the colour of the mark (vermilion), by frame."""
    columns, rows = [], []
    for picture in pictures[:, panel.top : panel.bottom]:
        red, green, blue = np.moveaxis(picture, -1, 0)
        marked = (red > 190) & (green < 130) & (blue < 60)
        line = marked.sum(axis=0)
        columns.append(np.flatnonzero(line > 0.8 * line.max()).mean())
        wide = marked.sum(axis=1)
        rows.append(np.average(np.arange(len(wide)), weights=np.where(wide > 5, wide, 0)))
    return np.array(columns), np.array(rows)


def test_every_cell_of_every_step_has_the_colour_of_its_weight(planted, decoded):
    pictures, frames = decoded
    weights = planted[1][3]
    steps, layers, heads, n, _ = weights.shape
    corners, cell = frames.corners, frames.cell
    assert (np.diff(corners[:, :, 0], axis=0) >= n * cell).all()  # layers downwards
    assert (np.diff(corners[:, :, 1], axis=1) >= n * cell).all()  # heads to the right
    for place in np.ndindex(steps, layers, heads, n, n):
        step, layer, head, query, key = place
        row, column = corners[layer, head] + cell * np.array([query, key]) + cell // 2
        expected = 255 * np.array(colormaps["viridis"](float(weights[place]))[:3])
        assert np.abs(pictures[step, row, column] - expected).max() <= 10, place


def test_the_marks_are_those_of_the_same_step(planted, decoded):
    pictures, frames = decoded
    prediction = planted[2]
    known = np.isfinite(TARGETS)
    error = np.abs(prediction - np.array(TARGETS)[:, None])[known].mean(axis=0)
    for panel, curve in zip(frames.panels, (prediction[3], error), strict=True):
        columns, rows = marks(pictures, panel)
        assert np.diff(columns) == pytest.approx(np.diff(columns).mean(), abs=1.1)
        assert columns[0] < columns[-1]
        scale = np.polyfit(curve, rows, 1)
        assert scale[0] < 0  # upwards
        assert np.abs(np.polyval(scale, curve) - rows).max() < 1.5


def test_the_text_holds_the_numbers_of_its_step(planted):
    view = viewed(planted, "LiFePO4")
    lines = text_lines(view)
    for step, line in enumerate(lines):
        words = line.split()
        assert words[:6] == ["epoch", str(step + 1), "of", "6", "step", str(10 * step + 10)]
        assert float(words[7]) == pytest.approx(planted[2][3, step], abs=1e-3)
        assert (words[6], words[8], words[10]) == ("predicted", "true", "MAE")
        assert float(words[9]) == -1
        assert float(words[11]) == pytest.approx(view.error[step], abs=1e-3)
    assert len({len(line) for line in lines}) == 1
    assert "true unknown" in text_lines(viewed(planted, "NaCl"))[0]


def test_every_step_writes_its_own_text(planted):
    frames = Frames(viewed(planted, "KBr"))
    row, column = frames.text
    lines = [frames.frame(n)[row : row + 20, column:] for n in range(len(frames))]
    assert (lines[0] < 128).any()
    assert all((a != b).any() for a, b in pairwise(lines))


@pytest.mark.parametrize(
    ("formula", "layers", "heads", "steps"),
    [("Fe", 1, 1, 1), ("NaCl", 1, 12, 2), ("KAlSi3O8", 6, 8, 2), ("HLiBeBCNOFNa", 6, 8, 2)],
)
def test_any_grid_fits_into_its_frame(tmp_path, formula, layers, heads, steps):
    path, weights, _ = planted_store(
        tmp_path, [formula], [np.nan], layers=layers, heads=heads, steps=steps
    )
    frames = Frames(viewed((path,), formula))
    height, width, _ = frames.still.shape
    assert width >= 1100
    assert height >= 550
    assert width % 2 == height % 2 == 0
    n, cell = weights[0].shape[-1], frames.cell
    assert cell >= 15  # a label of its own for each row
    row, column = frames.corners[-1, -1] + n * cell
    assert row < height - 60
    assert column < min(panel.columns.min() for panel in frames.panels)
    picture = frames.frame(steps - 1)
    expected = 255 * np.array(colormaps["viridis"](float(weights[0][-1, -1, -1, -1, -1]))[:3])
    assert np.abs(picture[row - 2, column - 2] - expected).max() <= 2
    assert picture.shape == (height, width, 3)


def test_a_probability_is_drawn_without_unit(tmp_path):
    path, _, _ = planted_store(tmp_path, ["NaCl"], [1.0])
    with AttentionStore(path) as store:
        view = ShownCompound.read(store, "NaCl", Quantity("Probability of a metal"), "crabnet", -1)
    assert view.title == "NaCl: Probability of a metal (crabnet)"
    assert len(Frames(view)) == 6


def test_few_steps_are_held_and_many_run_at_the_rate_asked_for():
    for steps in (1, 7, 30, 89):
        assert steps / frame_rate(steps, 15) == 6
    assert frame_rate(300, 15) == 15


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ([0.5, -0.25], ["0.5000", "-0.2500"]),
        ([123.4, 1.0], ["123.4", "1.0"]),
        ([3.8e-6, -1e-6], ["3.800e-06", "-1.000e-06"]),
        ([np.nan, 7.0], ["nan", "7.000"]),
        ([0.0], ["0.000"]),
        ([2.5e7], ["2.500e+07"]),
    ],
)
def test_numbers_are_written_alike(values, written):
    form = number_format(values)
    assert [form.format(value).strip() for value in values] == written
    assert len({len(form.format(value)) for value in values}) == 1


@pytest.mark.parametrize(("formula", "shares"), [("LiFePO4", [1, 1, 1, 4]), ("BaTiO3", [1, 1, 3])])
@pytest.mark.parametrize("heads", [2, 8])
def test_every_row_and_column_has_the_label_of_its_element(
    tmp_path, monkeypatch, formula, shares, heads
):
    drawn, real = [], FigureCanvasAgg.draw

    def draw(canvas):
        real(canvas)
        drawn.append(canvas.figure)

    monkeypatch.setattr(FigureCanvasAgg, "draw", draw)
    path, _, _ = planted_store(tmp_path, [formula], [1.0], heads=heads)
    frames = Frames(viewed((path,), formula))
    figure = drawn[0]
    pairs = zip(symbols_of(formula), shares, strict=True)
    labels = [f"{symbol} {share / sum(shares):.2g}" for symbol, share in pairs]
    beside, below = [], []
    for axes in (axes for axes in figure.axes if axes.images):
        for names, ticks in ((beside, axes.get_yticklabels()), (below, axes.get_xticklabels())):
            for tick in ticks:
                box, label = tick.get_window_extent(), tick.get_text().replace("\n", " ")
                middle = figure.bbox.height - (box.y0 + box.y1) / 2, (box.x0 + box.x1) / 2
                names.append((middle[0] if names is beside else middle[1], label))
    assert beside
    assert below
    for found, corners in ((beside, frames.corners[:, 0, 0]), (below, frames.corners[0, :, 1])):
        assert len(found) == len(corners) * len(labels)
        for corner, (place, label) in product(corners, enumerate(labels)):
            start = corner + place * frames.cell
            assert [name for at, name in found if start <= at < start + frames.cell] == [label]
