"""Bars of the explanations: sorted, labelled, with their intervals, whatever their size and sign."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from matxai.constitutive.figures.importance import (
    comparison_figure,
    integrated_gradients_figure,
    permutation_figure,
    saliency_figure,
)
from matxai.constitutive.quantities import Units

UNITS = Units("MPa", "s")
NAMES = ["control", "strain", "E", "prev_strain"]


def permutation(drops: list[float]) -> pd.DataFrame:
    table = pd.DataFrame({"kind": "feature", "name": NAMES, "drop": drops})
    table.loc[len(table)] = ["group", "strain and its previous value", 1.9]
    table["ci_low"], table["ci_high"] = table["drop"] - 0.01, table["drop"] + 0.02
    return table.assign(base_r2=0.9995)


def saliency() -> pd.DataFrame:
    table = pd.DataFrame({"name": NAMES, "standardised": [0.0, 1.2, 0.05, 1.1]})
    table["ci_low"], table["ci_high"] = table["standardised"] * 0.9, table["standardised"] * 1.1
    table["physical"] = [0.01, 203000, np.nan, 198000]
    table["physical_ci_low"], table["physical_ci_high"] = table["physical"], table["physical"] * 2
    return table.assign(signed_mean=[0.0, 1.2, 0.01, -1.1], unit=["MPa", "MPa", "", "MPa"])


def attributions() -> pd.DataFrame:
    first = pd.DataFrame({"name": NAMES, "mean_absolute": [0.1, 120.0, 5.0, 110.0]})
    second = first.assign(mean_absolute=[0.2, 60.0, 4.0, 130.0])
    table = pd.concat([first.assign(baseline="zero state"), second.assign(baseline="mean")])
    table["ci_low"], table["ci_high"] = table["mean_absolute"] * 0.9, table["mean_absolute"] * 1.1
    return table.assign(signed_mean=0.0)


def comparison() -> pd.DataFrame:
    methods = {"Permutation": (-2e-4, 574, 0.1, 287), "Saliency": (0, 2, 2, 0.8)}
    tables = [
        pd.DataFrame({"feature": NAMES, "method": method, "value": values, "largest": max(values)})
        for method, values in methods.items()
    ]
    table = pd.concat(tables, ignore_index=True)
    relative = table["value"] / table["largest"]
    return table.assign(
        ci_low=table["value"], ci_high=table["value"],
        relative=relative, relative_ci_low=relative - 0.1, relative_ci_high=relative + 0.1,
    )  # fmt: skip


def labels(axes) -> list[str]:
    return [label.get_text() for label in axes.get_yticklabels()]


def widths(axes) -> list[float]:
    return [bar.get_width() for bar in axes.patches]


def texts(axes) -> list[str]:
    return [text.get_text() for text in axes.texts if text.get_text()]


def whiskers(axes) -> list[tuple[float, float]]:
    return [(line[0, 0], line[1, 0]) for line in axes.collections[0].get_segments()]


ORDER = ["Load parameter", "Young's modulus", "Previous strain", "Strain"]  # from the bottom


def test_permutation_bars_are_sorted_and_groups_stand_apart() -> None:
    alone, together = permutation_figure(permutation([-0.02, 1.9, 0.1, 1.2]), UNITS, "").axes
    assert labels(alone) == ORDER
    assert widths(alone) == pytest.approx([-0.02, 0.1, 1.2, 1.9])
    np.testing.assert_allclose(
        whiskers(alone), [(-0.03, 0), (0.09, 0.12), (1.19, 1.22), (1.89, 1.92)], atol=1e-12
    )
    assert labels(together) == ["strain and its previous value"]
    assert widths(together) == [1.9]
    assert alone.get_xscale() == "linear"
    assert alone.get_xlim() == together.get_xlim()
    assert alone.get_xlim()[0] < -0.02  # a negative drop is seen left of zero
    assert "0.99950" in together.get_xlabel()
    assert texts(alone)[-1] == "1.90 (1.89 to 1.92)"


def test_permutation_over_decades_is_logarithmic_away_from_zero() -> None:
    alone, together = permutation_figure(permutation([-2e-4, 574.0, 0.02, 490.0]), UNITS, "").axes
    assert alone.get_xscale() == "symlog"
    assert "logarithmic" in together.get_xlabel()
    low, high = alone.get_xlim()
    assert low < -2e-4
    assert high > 574
    # Every bar is seen: at least a hundredth of the axis.
    ends = alone.transAxes.inverted().transform(
        alone.transData.transform([(width, 0) for width in [0.0, *widths(alone)]])
    )[:, 0]
    assert np.abs(ends[1:] - ends[0]).min() > 0.01


def test_a_network_that_is_all_but_exact_is_not_called_exact() -> None:
    table = permutation([0.1, 0.2, 0.3, 0.4]).assign(base_r2=1 - 4.2e-6)
    assert "R² 1 − 4.2e-06" in permutation_figure(table, UNITS, "").axes[-1].get_xlabel()


def test_permutation_of_no_effect_and_without_groups() -> None:
    table = permutation([0.0, 0.0, 0.0, 0.0])[:4].assign(ci_low=np.nan, ci_high=np.nan)
    (axes,) = permutation_figure(table, UNITS, "").axes
    assert axes.get_xscale() == "linear"
    assert texts(axes) == ["0"] * 4


def test_saliency_bars_signs_and_physical_values() -> None:
    (axes,) = saliency_figure(saliency(), UNITS, "").axes
    assert labels(axes) == ORDER
    assert widths(axes) == [0.0, 0.05, 1.1, 1.2]
    signed = next(line for line in axes.lines if line.get_marker() == "D")
    assert list(signed.get_xdata()) == [0.0, 0.01, -1.1, 1.2]
    assert texts(axes) == [
        "0.010 (0.010 to 0.020) MPa",
        "constant",
        "198,000 (198,000 to 396,000) MPa",
        "203,000 (203,000 to 406,000) MPa",
        "in physical units",
    ]
    assert axes.get_xlim()[0] < -1.1
    bare = saliency_figure(saliency().assign(unit=np.nan), UNITS, "").axes[0]
    assert texts(bare)[0] == "0.010 (0.010 to 0.020)"  # an empty unit of a CSV file


def test_integrated_gradients_have_a_bar_a_baseline() -> None:
    figure = integrated_gradients_figure(attributions(), UNITS, "")
    (axes,) = figure.axes
    assert labels(axes) == ["Load parameter", "Young's modulus", "Strain", "Previous strain"]
    zero, mean = axes.containers
    assert [bar.get_width() for bar in zero] == [0.1, 5.0, 120.0, 110.0]
    assert [bar.get_width() for bar in mean] == [0.2, 4.0, 60.0, 130.0]
    # The first baseline stands above the second, neither on the other.
    for upper, lower in zip(zero, mean, strict=True):
        assert lower.get_y() + lower.get_height() <= upper.get_y() + 1e-9
    assert {bar.get_hatch() for bar in axes.patches} == {"", "//"}
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["from the zero state", "from the mean"]
    assert axes.get_xlabel() == "Mean absolute attribution (MPa)"


def test_comparison_shares_one_order_and_writes_the_values() -> None:
    permuted, gradient = comparison_figure(comparison(), UNITS, "").axes
    # By the mean: Young's modulus 0.5002, previous strain 0.45, although never below 0.4.
    assert labels(permuted) == ["Load parameter", "Previous strain", "Young's modulus", "Strain"]
    assert widths(permuted) == pytest.approx([-2e-4 / 574, 0.5, 0.1 / 574, 1])
    assert widths(gradient) == pytest.approx([0, 0.4, 1, 1])
    expected = [(-0.1, 0.1), (0.3, 0.5), (0.9, 1.1), (0.9, 1.1)]
    np.testing.assert_allclose(whiskers(gradient), expected)
    assert texts(permuted) == ["-0.0002", "287", "0.1", "574"]
    assert (permuted.get_title(), gradient.get_title()) == ("Permutation", "Saliency")


FIGURES = [
    (permutation_figure, permutation([0.1, 0.2, 0.3, 0.4]), "drop"),
    (saliency_figure, saliency(), "standardised"),
    (integrated_gradients_figure, attributions(), "mean_absolute"),
    (comparison_figure, comparison(), "relative"),
]


@pytest.mark.parametrize(("figure", "table", "column"), FIGURES)
def test_nothing_to_draw_and_missing_columns(figure, table: pd.DataFrame, column: str) -> None:
    assert not figure(table[:0], UNITS, "").axes
    assert "no feature" in figure(table.assign(**{column: np.nan}), UNITS, "").texts[0].get_text()
    with pytest.raises(ValueError, match=f"lacks {column}"):
        figure(table.drop(columns=column), UNITS, "")
