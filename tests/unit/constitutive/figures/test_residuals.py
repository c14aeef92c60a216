"""Tables of residuals are those of the rows; the figure draws the tables and hides no outlier."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from matxai.constitutive.evaluation.residuals import residual_histogram, residual_quantiles
from matxai.constitutive.figures.residuals import residuals_figure
from matxai.constitutive.quantities import Units

UNITS = Units("MPa", "s")


def rows(size: int, seed: int = 0) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    strain = generator.uniform(-0.02, 0.02, size)
    table = pd.DataFrame({"strain": strain, "residual": generator.normal(0, 1.5, size)})
    return table.assign(group=np.where(strain > 0, "plastic step", "elastic step"))


def bands(table: pd.DataFrame) -> pd.DataFrame:
    return residual_quantiles(table["strain"].to_numpy(), table["residual"].to_numpy())


def texts(legend) -> list[str]:
    return [text.get_text() for text in legend.get_texts()]


def test_quantiles_are_those_of_each_bin() -> None:
    table = rows(500)
    quantiles = bands(table)
    assert quantiles["rows"].sum() == 500
    for place, bin_ in quantiles.iterrows():
        inside = (table["strain"] >= bin_["bin_low"]) & (table["strain"] < bin_["bin_high"])
        if place == len(quantiles) - 1:  # the last bin holds its upper edge
            inside |= table["strain"] == bin_["bin_high"]
        mine = table.loc[inside, "residual"]
        assert bin_["rows"] == len(mine)
        expected = np.quantile(mine, [0.05, 0.5, 0.95])
        np.testing.assert_allclose(bin_[["q05", "median", "q95"]].astype(float), expected)


def test_a_strain_on_an_edge_belongs_to_the_bin_above() -> None:
    table = residual_quantiles(np.array([0.0, 1.0, 2.0]), np.array([5.0, 6.0, 8.0]), bins=2)
    assert table["rows"].tolist() == [1, 2]
    assert table["median"].tolist() == [5, 7]


def test_an_empty_bin_and_one_strain() -> None:
    gap = residual_quantiles(np.array([0.0, 0.0, 1.0]), np.array([1.0, 3.0, 5.0]), bins=3)
    assert list(gap["rows"]) == [2, 0, 1]
    assert gap["median"].tolist()[::2] == [2, 5]
    assert np.isnan(gap["median"][1])
    constant = residual_quantiles(np.full(4, 0.01), np.arange(4.0))
    assert constant["rows"].sum() == 4
    assert constant["median"].dropna().tolist() == [1.5]


@pytest.mark.parametrize("outlier", [None, 1e6])
def test_every_density_integrates_to_one(outlier: float | None) -> None:
    table = rows(3000)
    if outlier is not None:
        table.loc[0, "residual"] = outlier
    histogram = residual_histogram(table["residual"].to_numpy(), table["group"])
    width = histogram["bin_high"] - histogram["bin_low"]
    share = (histogram["density"] * width).groupby(histogram["group"]).sum()
    np.testing.assert_allclose(share, 1)
    # No step is outside the bins, and the bulk is resolved all the same.
    assert histogram["bin_low"].min() <= table["residual"].min()
    assert histogram["bin_high"].max() >= table["residual"].max()
    assert (histogram["density"] > 0).groupby(histogram["group"]).sum().min() > 20


def test_residuals_that_are_all_equal() -> None:
    histogram = residual_histogram(np.full(5, 2.0), pd.Series(["all steps"] * 5))
    assert (
        histogram["density"] * (histogram["bin_high"] - histogram["bin_low"])
    ).sum() == pytest.approx(1)


def test_few_steps_are_points_many_are_counted() -> None:
    few, many = rows(300), rows(5000)
    axes = residuals_figure(few, bands(few), UNITS, "").axes[0]
    np.testing.assert_allclose(axes.collections[0].get_offsets(), few[["strain", "residual"]])
    axes = residuals_figure(many, bands(many), UNITS, "").axes[0]
    assert not axes.get_title()  # none beyond the axis
    assert axes.collections[0].get_array().sum() == 5000
    assert axes.get_ylabel() == "Residual (predicted − true) (MPa)"


def test_lines_are_the_tables() -> None:
    table = rows(300)
    quantiles = bands(table)
    figure = residuals_figure(table, quantiles, UNITS, "")
    left, right = figure.axes[:2]
    drawn = {line.get_label(): line for line in left.lines}
    np.testing.assert_array_equal(drawn["median"].get_ydata(), quantiles["median"])
    np.testing.assert_array_equal(drawn["5 and 95 %"].get_ydata(), quantiles["q05"])
    middle = (quantiles["bin_low"] + quantiles["bin_high"]) / 2
    np.testing.assert_array_equal(drawn["median"].get_xdata(), middle)
    histogram = residual_histogram(table["residual"].to_numpy(), table["group"])
    for patch, (_, part) in zip(right.patches, histogram.groupby("group"), strict=True):
        values, edges, _ = patch.get_data()
        np.testing.assert_array_equal(values, part["density"])
        np.testing.assert_array_equal(edges[:-1], part["bin_low"])


def test_legend_states_the_error_of_each_group() -> None:
    table = pd.DataFrame(
        {
            "strain": [0.0, 0.1, 0.2, 0.3],
            "residual": [3.0, -4.0, 1.0, -1.0],
            "group": ["plastic step", "plastic step", "elastic step", "elastic step"],
        }
    )
    right = residuals_figure(table, bands(table), UNITS, "").axes[1]
    assert texts(right.get_legend()) == [
        "elastic step (n = 2): RMSE 1 MPa",
        "plastic step (n = 2): RMSE 3.54 MPa",
    ]
    whole = residuals_figure(table.assign(group="all steps"), bands(table), UNITS, "").axes[1]
    assert texts(whole.get_legend()) == ["all steps (n = 4): RMSE 2.6 MPa"]


def test_an_outlier_is_counted_where_the_axis_ends_before_it() -> None:
    table = rows(3000)
    table.loc[7, "residual"] = -900.0
    left = residuals_figure(table, bands(table), UNITS, "").axes[0]
    assert "of 3,000 steps beyond the axis" in left.get_title()
    assert "-900 MPa" in left.get_title()
    assert left.get_ylim()[0] > -100


def test_nothing_to_draw_and_missing_columns() -> None:
    table = rows(10)
    nothing = residuals_figure(table.assign(residual=np.nan), bands(table), UNITS, "")
    assert "no test step" in nothing.texts[0].get_text()
    with pytest.raises(ValueError, match="residual"):
        residuals_figure(table.drop(columns="residual"), bands(table), UNITS, "")
