"""The parts that figures of any line are made of: heat maps, marks with intervals, grids of pictures."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import Normalize, to_hex, to_rgb
from matplotlib.figure import Figure

from matxai.plotting.heat_map import draw_heat_map, heat_map_axes
from matxai.plotting.image_grid import image_grid
from matxai.plotting.intervals import (
    draw_bars,
    draw_curve,
    draw_marks,
    legend_mark,
    name_rows,
    write_beside,
)
from matxai.plotting.page import heat_map_page
from matxai.plotting.style import ABSENT, BLUE


def shown(axes, label: str) -> np.ndarray:
    image = next(image for image in axes.images if image.get_label() == label)
    return np.ma.filled(image.get_array().astype(float), np.nan)


def test_a_heat_map_shows_values_marks_and_what_is_absent() -> None:
    values = np.array([[0.5, np.nan, -1.0], [0.25, 0.75, np.nan]])
    marked = np.array([[True, False, False], [False, False, False]])
    figure, axes = heat_map_axes(["a", "b"], ["x", "y", "z"], "planted", "a note")
    image = draw_heat_map(axes, values, Normalize(-1, 1), marked=marked, digits=1)
    np.testing.assert_array_equal(shown(axes, "values"), values)
    assert image.get_clim() == (-1, 1)
    np.testing.assert_array_equal(np.isfinite(shown(axes, "absent")), np.isnan(values))
    grey = next(image for image in axes.images if image.get_label() == "absent")
    assert to_hex(grey.cmap(0.0)).upper() == ABSENT
    dots = next(line for line in axes.lines if line.get_gid() == "marked")
    assert (list(dots.get_xdata()), list(dots.get_ydata())) == ([0], [0.3])  # below the number
    written = {text.get_position(): text.get_text() for text in axes.texts}
    assert written == {(0, 0): "0.5", (2, 0): "-1.0", (0, 1): "0.2", (1, 1): "0.8"}
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["x", "y", "z"]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["a", "b"]
    assert [text.get_text() for text in figure.texts] == ["planted", "a note"]


def test_absent_cells_may_be_only_some_of_those_without_a_value() -> None:
    values, absent = np.full((2, 2), np.nan), np.array([[False, True], [False, False]])
    axes = Figure().add_subplot()
    draw_heat_map(axes, values, Normalize(0, 1), absent=absent)
    np.testing.assert_array_equal(np.isfinite(shown(axes, "absent")), absent)


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (3, 40), (120, 120), (60, 2)])
def test_cells_are_square_and_the_matrix_stays_within_the_figure(rows: int, columns: int) -> None:
    names = [f"n{k}" for k in range(max(rows, columns))]
    figure, axes = heat_map_axes(names[:rows], names[:columns], "title")
    box, (width, height) = axes.get_position(), figure.get_size_inches()
    assert box.width * width / columns == pytest.approx(box.height * height / rows)
    assert 0 < box.x0 < box.x1 < 1
    assert 0 < box.y0 < box.y1 < 1


def test_no_name_of_a_heat_map_is_cut_off() -> None:
    rows, columns = ["effective stress", "W"], ["plastic strain rate", "bulk modulus", "m"]
    figure, axes = heat_map_axes(rows, columns)
    figure.draw_without_rendering()
    for tick in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        box = tick.get_window_extent()
        assert figure.bbox.x0 < box.x0 < box.x1 < figure.bbox.x1
        assert figure.bbox.y0 < box.y0 < box.y1 < figure.bbox.y1


def test_a_page_of_a_heat_map_changes_only_the_upper_cells() -> None:
    views = {name: {"z": [[k]], "x": ["a"], "y": ["b"]} for k, name in enumerate(("one", "two"))}
    figure = heat_map_page(views, {"zmin": 0}, ("column", "row"))
    assert (figure.data[0].z, figure.data[0].zmin) == (([0],), 0)
    assert [button.label for button in figure.layout.updatemenus[0].buttons] == ["one", "two"]
    assert figure.layout.updatemenus[0].buttons[1].args == (
        {"z": [[[1]]], "x": [["a"]], "y": [["b"]]}, (0,),
    )  # fmt: skip
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("column", "row")


@pytest.mark.parametrize("vertical", [False, True])
def test_marks_stand_at_their_values_and_intervals_at_their_own_ends(vertical: bool) -> None:
    axes = Figure().add_subplot()
    line = draw_marks(axes, [0, 1], [2, 3], ([2.5, 1], [4, 5]), "s", vertical=vertical, color=BLUE)
    order = slice(None, None, -1 if vertical else 1)
    np.testing.assert_array_equal(line.get_xydata()[:, order], [[2, 0], [3, 1]])
    segments = np.array(axes.collections[0].get_segments())[:, :, order]
    np.testing.assert_array_equal(segments, [[[2.5, 0], [4, 0]], [[1, 1], [5, 1]]])
    assert to_hex(axes.collections[0].get_color()[0]).upper() == line.get_color() == BLUE


def test_bars_stand_from_the_bottom_with_texts_in_their_rows() -> None:
    axes = Figure().add_subplot()
    bars = draw_bars(axes, ["low", "high"], [1, 2], ([0, 1.5], [3, 2.5]), shift=0.2, height=0.4)
    assert [bar.get_width() for bar in bars] == [1, 2]
    assert [bar.get_y() for bar in bars] == pytest.approx([0.0, 1.0])
    assert axes.get_ylim()[0] < axes.get_ylim()[1]
    write_beside(axes, ["a", "b"], "heading")
    assert [text.get_position()[1] for text in axes.texts] == pytest.approx([0, 1, 1.6])


def test_a_curve_has_a_band_of_its_colour_only_where_it_has_ends() -> None:
    axes = Figure().add_subplot()
    draw_curve(axes, [0, 1], [1, 2], None)
    assert not axes.collections
    line = draw_curve(axes, [0, 1], [1, 2], ([0, 1], [3, 4]))
    (band,) = axes.collections
    assert band.get_facecolor()[0][:3] == pytest.approx(to_rgb(line.get_color()))
    extents = band.get_paths()[0].get_extents()
    assert (extents.y0, extents.y1) == (0, 4)


def test_every_second_band_of_rows_is_shaded() -> None:
    axes = Figure().add_subplot()
    name_rows(axes, list("abcdef"), [1, 2, 3])
    assert [tick.get_text() for tick in axes.get_yticklabels()] == list("abcdef")
    assert axes.get_ylim() == (5.5, -0.5)
    shaded = [(patch.get_y(), patch.get_height()) for patch in axes.patches]
    assert shaded == [(-0.5, 1), (2.5, 3)]


def test_a_legend_mark_is_not_drawn() -> None:
    mark = legend_mark("label", "D", "-", color="black")
    assert (mark.get_label(), mark.get_marker(), mark.get_linestyle()) == ("label", "D", "-")
    assert not len(mark.get_xdata())


def test_pictures_share_one_scale_and_the_rest_of_the_grid_is_empty() -> None:
    pictures = [np.full((2, 4), float(k)) for k in range(5)]
    figure = image_grid(pictures, list("abcde"), 3, "label", "title", row_names=["r1", "r2"])
    panels, bar = figure.axes[:6], figure.axes[6]
    for axes, picture, name in zip(panels, pictures, "abcde", strict=False):
        np.testing.assert_array_equal(shown(axes, "values"), picture)
        assert axes.images[0].get_clim() == (0, 4)
        assert axes.get_title() == name
    assert not panels[5].images
    assert not panels[5].axison
    assert bar.get_ylabel() == "label"
    assert [panels[0].texts[0].get_text(), panels[3].texts[0].get_text()] == ["r1", "r2"]
    figure.draw_without_rendering()
    above, title = panels[0].get_window_extent(), panels[3].title.get_window_extent()
    assert panels[3].bbox.y1 < title.y0 < title.y1 < above.y0
    assert panels[0].texts[0].get_window_extent().x0 > 0
    box, (width, height) = panels[0].get_position(), figure.get_size_inches()
    assert box.width * width == pytest.approx(2 * box.height * height)


def test_overlays_lie_over_grey_or_coloured_pictures() -> None:
    pictures = [np.arange(12.0).reshape(3, 4), np.zeros((3, 4, 3))]
    overlays = [np.array([[0.0, np.nan]]), np.array([[1.0, 2.0]])]
    figure = image_grid(pictures, ["a", "b"], 2, "saliency", overlays=overlays)
    for axes, picture, overlay in zip(figure.axes, pictures, overlays, strict=False):
        below, above = axes.images
        np.testing.assert_array_equal(below.get_array(), picture)
        np.testing.assert_array_equal(shown(axes, "overlay"), overlay)
        assert below.get_extent() == above.get_extent()
        assert above.get_clim() == (0, 2)
