"""Saving repeats bytes; colours and labels are what they claim to be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import plotly.graph_objects as go
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from matxai.plotting.page import plain_numbers, write_page
from matxai.plotting.quantities import SHARED, axis_label, quantity
from matxai.plotting.style import (
    ABSENT,
    DIVERGING,
    colour_stops,
    count_axis,
    density,
    empty_figure,
    require_columns,
    save,
    styled,
    text_colour,
    wrapped,
)
from matxai.quantities import Quantity

if TYPE_CHECKING:
    from pathlib import Path


@styled
def draw() -> Figure:
    figure = Figure(figsize=(2, 2))
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], label="line")
    axes.fill_between([0, 1], [0, 1], hatch="/")  # hatches and clips get ids in SVG files
    axes.legend()
    return figure


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
def test_same_figure_same_bytes(tmp_path: Path, suffix: str, monkeypatch) -> None:
    first, second = tmp_path / f"1{suffix}", tmp_path / f"2{suffix}"
    save(draw(), first)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")  # another day
    save(draw(), second)
    assert first.read_bytes() == second.read_bytes()
    assert first.stat().st_size > 500


def test_unknown_suffix(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.svg, \.png, \.pdf"):
        save(draw(), tmp_path / "figure.jpg")


def test_style_does_not_leak() -> None:
    before = dict(mpl.rcParams)
    draw()
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("value", np.linspace(0, 1, 11))
def test_text_is_readable_on_every_colour(value: float) -> None:
    def luminance(colour) -> float:
        c = np.array(to_rgb(colour))
        return float(np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
                     @ [0.2126, 0.7152, 0.0722])  # fmt: skip

    for name in ("viridis", DIVERGING):
        colour = colormaps[name](value)
        pair = sorted([luminance(colour), luminance(text_colour(colour))])
        assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5  # WCAG AA


def test_absent_is_no_colour_of_the_scales() -> None:
    grid = np.linspace(0, 1, 256)
    for name in ("viridis", DIVERGING):
        distance = np.abs(colormaps[name](grid)[:, :3] - to_rgb(ABSENT)).max(axis=1)
        assert distance.min() > 0.03


def test_neutral_centre() -> None:
    centre = np.array(colormaps[DIVERGING](0.5)[:3])
    assert np.ptp(centre) < 0.02


def test_wrapping_breaks_names_and_keeps_every_character() -> None:
    name = "aflow__agl_thermal_expansion_300K and more of_it"
    lines = wrapped(name, 14).splitlines()
    assert max(map(len, lines)) <= 15
    assert len(lines) > 2
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", name)
    assert wrapped("a_b c") == "a_b c"


def test_count_axis_writes_plain_numbers() -> None:
    axes = Figure().add_subplot(xscale="log", xlim=(600, 7000))
    count_axis(axes.xaxis)
    low, high = axes.get_xlim()
    ticks = {t: axes.xaxis.get_major_formatter()(t) for t in axes.get_xticks() if low <= t <= high}
    assert list(ticks.values()) == ["1,000", "2,000", "5,000"]


def test_empty_figure_states_why() -> None:
    assert empty_figure("nothing here").texts[0].get_text() == "nothing here"


def test_missing_columns_are_named() -> None:
    import pandas as pd

    with pytest.raises(ValueError, match="parity figure lacks b, c; its columns are a"):
        require_columns(pd.DataFrame({"a": [1]}), ("a", "b", "c"), "parity")


def test_labels() -> None:
    assert axis_label("mae", unit="GPa") == "Mean absolute error (GPa)"
    assert axis_label("mae", unit="") == "Mean absolute error"
    assert axis_label("epoch") == "Epoch"
    target = Quantity("Bulk modulus", unit="GPa")
    assert target.axis("predicted") == "Bulk modulus, predicted (GPa)"
    assert target.value(8.6912) == "8.69 GPa"
    assert Quantity("ratio").value(0.5) == "0.5"


def test_label_errors_help() -> None:
    with pytest.raises(ValueError, match="pass unit="):
        axis_label("mae")
    with pytest.raises(KeyError, match="'learning_rate'"):
        quantity("learning_rte")


def test_every_listed_quantity_has_a_label() -> None:
    assert all(entry.label for entry in SHARED.known.values())


def test_page_is_self_contained_and_repeatable(tmp_path: Path) -> None:
    for name in ("a.html", "b.html"):
        figure = go.Figure(go.Scatter(x=[1, 2], y=[3, 4]))
        write_page(figure, tmp_path / name, "Title <1>", "Fe & O")
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert page == (tmp_path / "b.html").read_text(encoding="utf-8")
    assert "Title &lt;1&gt;" in page
    assert "Fe &amp; O" in page
    assert 'id="figure"' in page
    assert len(page) > 1_000_000  # plotly.js is inside
    assert not re.findall(r"<(?:script|link|img)[^>]*(?:src|href)=", page)


def test_numbers_of_a_page_are_short_and_unknown_ones_null() -> None:
    values = np.array([[1.23456, np.nan], [1234567.0, -1e-9]])
    assert plain_numbers(values, 3) == [[1.23, None], [1230000.0, -1e-9]]
    assert plain_numbers([7, 12], 2) == [7, 12]


def test_colour_stops_go_through_the_map() -> None:
    stops = colour_stops("viridis", 3)
    assert stops == [[0, "#440154"], [0.5, "#21918c"], [1, "#fde725"]]


def test_density_counts_every_point_once() -> None:
    x = np.repeat([0.1, 0.9], [30, 5])
    cells = density(Figure().add_subplot(), x, x, (0, 1, 0, 1))
    assert sorted(cells.get_array()) == [5, 30]
    assert cells.get_clim() == (1, 30)
    assert density(Figure().add_subplot(), [0.5], [0.5], (0, 1, 0, 1)).get_clim() == (1, 10)
