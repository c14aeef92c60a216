"""Points in a plane: colours, their limits, and the page that shows many maps of them."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_hex, to_rgba
from matplotlib.figure import Figure

from matxai.plotting.point_map import (
    Colouring,
    colour_bar,
    draw_points,
    map_page,
    marker,
    point_group,
    write_map_page,
)
from matxai.plotting.style import ABSENT, BLUE, ORANGE


def drawn(values, colouring, ends):
    """{x: colour} of points at x = 0, 1, 2, ..., and their order."""
    places = np.column_stack([np.arange(len(values)), np.zeros(len(values))]).astype(np.float32)
    axes = Figure().subplots()
    draw_points(axes, places, pd.Series(values), colouring, ends)
    (points,) = axes.collections
    x = points.get_offsets()[:, 0].astype(int)
    return dict(zip(x, points.get_facecolors()[:, :3], strict=True)), list(x)


def test_colours_follow_the_values_and_absent_ones_are_grey_below():
    colours, order = drawn([0.0, 1.0, np.nan, 0.5, 7.0], Colouring("a", "A"), (0, 1))
    scale = colormaps["viridis"]
    for point, value in ((0, 0.0), (1, 1.0), (3, 0.5), (4, 1.0)):
        assert np.allclose(colours[point], scale(value)[:3])
    assert np.allclose(colours[2], to_rgba(ABSENT)[:3])
    assert order[0] == 2
    assert sorted(order) == [0, 1, 2, 3, 4]


def test_categories_have_their_own_colours():
    colouring = Colouring("a", "A", categories=("yes", "no"))
    colours, order = drawn(["no", "what", "yes"], colouring, (0, 1))
    found = [to_hex(colours[point]).upper() for point in range(3)]
    assert found == [ORANGE, ABSENT, BLUE]
    assert order[0] == 1


def test_limits_leave_out_the_outliers_of_all_shared_columns():
    table = pd.DataFrame({"a": np.arange(101.0), "b": np.arange(101.0) + 100, "c": 5.0})
    table.loc[0, "a"] = np.nan
    assert Colouring("a", "A").limits(table) == pytest.approx((1.99, 99.01))
    assert Colouring("a", "A", clipped=False).limits(table) == (1, 100)
    low, high = Colouring("a", "A", shared=("a", "b")).limits(table)
    assert low < 5
    assert high > 195
    assert Colouring("c", "C").limits(table) == (4.5, 5.5)
    assert Colouring("a", "A").limits(pd.DataFrame({"a": [np.nan]})) == (0, 1)


@pytest.mark.parametrize(
    ("values", "extend"),
    [([0, 1], "neither"), ([-1, 1], "min"), ([0, 2], "max"), ([-1, 2, np.nan], "both")],
)
def test_a_colour_bar_says_that_values_lie_beyond(values, extend):
    figure = Figure()
    bar = colour_bar(figure, Colouring("a", "A"), (0, 1), pd.Series(values), ax=figure.subplots())
    assert bar.extend == extend


def test_more_points_are_smaller_and_fainter():
    sizes, opacities = zip(*(marker(n) for n in (10, 300, 5000, 20_000)), strict=True)
    assert list(sizes) == sorted(sizes, reverse=True)
    assert list(opacities) == sorted(opacities, reverse=True)
    assert sizes[-1] > 1


@pytest.fixture
def page():
    table = pd.DataFrame({"a": [1.0, np.nan], "b": ["yes", "other"]})
    places = pd.DataFrame({"x": [0.1234567, 1.0], "y": [2.0, 3.0], "same": [1, 2]})
    colourings = [Colouring("a", "A (K)"), Colouring("b", "B", categories=("yes", "no"))]
    maps = {"layer 1": places, "layer 2": "too few"}
    return map_page(
        [point_group("Fe", table, pd.Series(["FeO", "NaN"]), maps, colourings)], "Element"
    )


def test_a_page_holds_every_map_and_colour(page, tmp_path):
    group = page.layout.meta["groups"][0]
    assert group["text"] == ["FeO", "NaN"]
    first, second = group["maps"]
    assert first == {"name": "layer 1", "x": [0.12346, 1.0], "y": [2.0, 3.0], "same": [1, 2]}
    assert second == {"name": "layer 2", "skipped": "too few"}
    assert group["colours"][0]["values"] == [1.0, None]
    assert group["colours"][1]["categories"] == [["other", ABSENT], ["yes", BLUE], ["no", ORANGE]]
    path = tmp_path / "page.html"
    write_map_page(page, path, "Title", "Caption")
    text = path.read_text(encoding="utf-8")
    assert "meta.groups" in text
    assert 'getElementById("figure")' in text
    assert "</script" not in json.dumps(page.layout.meta)
    assert not re.search(r'<script[^>]+src="http', text)
    write_map_page(page, tmp_path / "again.html", "Title", "Caption")
    assert (tmp_path / "again.html").read_bytes() == path.read_bytes()
