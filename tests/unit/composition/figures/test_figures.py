"""The composition figures show what was planted in their tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from matxai.composition.data.formulas import NUMBER_OF
from matxai.composition.data.statistics import element_counts, incidence, prevalence, summary
from matxai.composition.elements.correlation import correlation_map_of
from matxai.composition.figures.data import (
    datasets_figure,
    element_axis,
    element_count_bars,
    prevalence_bars,
    prevalence_table,
)
from matxai.composition.figures.vectors import correlation_map, correlation_page, element_vectors
from matxai.plotting.style import FULL_WIDTH, PART_COLOURS


@pytest.fixture(scope="module")
def vectors() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    symbols = [symbol for symbol in NUMBER_OF if symbol not in ("He", "Fr")]
    return pd.DataFrame(rng.normal(size=(101, 7)), index=symbols)


@pytest.fixture(scope="module")
def matrix(vectors: pd.DataFrame) -> pd.DataFrame:
    return correlation_map_of(vectors, "full_number").matrix


def labels(axis) -> list[str]:
    return [label.get_text() for label in axis.get_ticklabels()]


@pytest.mark.parametrize("order", ["number", "group"])
def test_map_shows_the_lower_triangle(vectors: pd.DataFrame, order: str) -> None:
    view = correlation_map_of(vectors, f"full_{order}")
    axes = correlation_map(view, "planted").axes[0]
    images = {image.get_label(): image for image in axes.images}
    arranged = view.matrix
    expected = arranged.to_numpy().copy()
    expected[np.triu_indices(103, k=1)] = np.nan
    shown = images["values"].get_array().filled(np.nan)
    np.testing.assert_array_equal(shown, expected)
    assert images["values"].get_clim() == (-1, 1)
    assert labels(axes.xaxis) == labels(axes.yaxis) == list(arranged.index)
    # What is absent is grey below the diagonal and nowhere else.
    grey = ~np.ma.getmaskarray(images["absent"].get_array())
    np.testing.assert_array_equal(grey, np.tril(np.isnan(arranged.to_numpy())))
    assert grey.any()


def test_map_by_group_names_every_group_at_its_block(vectors: pd.DataFrame) -> None:
    view = correlation_map_of(vectors, "full_group")
    axes = correlation_map(view, "planted").axes[0]
    places = {t.get_text(): t.xy for t in axes.texts if (t.get_gid() or "").startswith("group-")}
    assert set(places) == {*map(str, range(1, 19)), "lanthanides", "actinides"}
    symbols = list(view.matrix.index)
    assert symbols[int(places["17"][0] - 0.5)] in ("F", "Cl", "Br", "I", "At")


def test_map_without_pairs_says_so(vectors: pd.DataFrame) -> None:
    figure = correlation_map(correlation_map_of(vectors.loc[["Si"]], "full_number"), "lone")
    assert not figure.axes
    assert "no two elements" in figure.texts[0].get_text()


def test_page_has_triangle_and_hover_pairs_in_every_view(
    vectors: pd.DataFrame, matrix: pd.DataFrame
) -> None:
    views = {name: correlation_map_of(vectors, name) for name in ("full_number", "full_group")}
    figure = correlation_page(views)
    heat = figure.data[0]
    buttons = figure.layout.updatemenus[0].buttons
    assert (heat.zmin, heat.zmax, len(buttons)) == (-1, 1, 2)
    for (name, view), button in zip(views.items(), buttons, strict=True):
        shown = {key: value[0] for key, value in button.args[0].items()}
        assert button.label == name
        arranged = view.matrix
        assert list(shown["x"]) == list(shown["y"]) == list(arranged.index)
        row, column = list(shown["y"]).index("Si"), list(shown["x"]).index("C")
        row, column = max(row, column), min(row, column)
        assert shown["z"][row][column] == pytest.approx(matrix.loc["Si", "C"], abs=5e-4)
        text = shown["text"][row][column]
        assert "<b>Si</b>, silicon (Z 14, group 14)" in text
        assert "<b>C</b>, carbon (Z 6, group 14)" in text
        assert f"{matrix.loc['Si', 'C']:.3f}" in text
        assert shown["z"][column][row] is None
        assert shown["text"][column][row] == ""
        absent = list(shown["y"]).index("Fr")
        assert all(value is None for value in shown["z"][absent])


def test_vectors_are_drawn_as_they_are(vectors: pd.DataFrame) -> None:
    other = vectors.drop(index="Cr") * 10
    figure = element_vectors({"first": vectors, "other": other}, ["Si", "Cr"])
    first, second = figure.axes
    np.testing.assert_array_equal(first.lines[0].get_ydata(), vectors.loc["Si"])
    np.testing.assert_array_equal(first.lines[1].get_ydata(), vectors.loc["Cr"])
    np.testing.assert_array_equal(second.lines[0].get_ydata(), other.loc["Si"])
    assert "no vector of Cr" in second.get_title(loc="left")
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["Si", "Cr"]


HELD = incidence([{"O": 1, "Si": 1}, {"O": 1, "Fe": 2}, {"O": 1}, {"Fe": 1, "Si": 1, "H": 1}])
PARTS = ["train", "train", "val", "test"]


def test_prevalence_bars_follow_their_order() -> None:
    table = prevalence(HELD, PARTS)
    by_count = prevalence_bars(table, "count").axes[0]
    assert labels(by_count.xaxis) == ["O", "Si", "Fe", "H"]
    assert [bar.get_height() for bar in by_count.patches] == [3, 2, 2, 1]
    by_number = prevalence_bars(table, "number").axes[0]
    assert labels(by_number.xaxis) == ["H", "O", "Si", "Fe"]
    assert [bar.get_height() for bar in by_number.patches] == [1, 3, 2, 2]
    with pytest.raises(ValueError, match="count, number"):
        prevalence_bars(table, "name")


def test_prevalence_of_no_compound_says_so() -> None:
    assert "no compound" in prevalence_bars(prevalence(HELD[:0], [])).texts[0].get_text()


def test_prevalence_table_writes_counts() -> None:
    axes = prevalence_table(prevalence(HELD, PARTS)).axes[0]
    texts = [text.get_text() for text in axes.texts]
    assert texts[texts.index("O") + 1] == "3"
    assert texts[texts.index("H") + 1] == "1"


def test_element_count_bars() -> None:
    axes = element_count_bars(element_counts(HELD, PARTS)).axes[0]
    assert [bar.get_height() for bar in axes.patches] == [1, 2, 1]


def test_summary_shows_each_part_at_its_own_size() -> None:
    table = summary(HELD, PARTS, replicates=10).assign(dataset="planted")
    size, diversity = datasets_figure(table).axes
    shown = {line.get_label(): (line.get_xdata()[0], line.get_color()) for line in size.lines}
    assert {part: x for part, (x, _) in shown.items()} == {
        "train": 2, "val": 1, "test": 1, "whole": 4,
    }  # fmt: skip
    assert all(to_hex(c) == PART_COLOURS[p].lower() for p, (_, c) in shown.items())
    assert [line.get_xdata()[0] for line in diversity.lines] == pytest.approx(
        list(table["entropy"])
    )


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match="lacks entropy"):
        datasets_figure(pd.DataFrame(columns=["dataset", "part", "compounds"]))


@pytest.mark.parametrize(
    ("count", "wide", "rows"), [(1, False, 1), (30, False, 1), (31, False, 2), (46, True, 2)]
)
def test_many_elements_have_a_wide_axis_and_two_rows_of_names(count, wide, rows) -> None:
    figure, axes = element_axis([f"E{place}" for place in range(count)], 3.0)
    assert (figure.get_figwidth() > FULL_WIDTH) == wide
    assert len({tick.get_pad() for tick in axes.xaxis.get_major_ticks()}) == rows
    assert [label.get_text() for label in axes.get_xticklabels()][-1] == f"E{count - 1}"
