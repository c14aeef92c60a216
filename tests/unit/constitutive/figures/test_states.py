"""The state figures show variance, recovery and correlation as planted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from matxai.constitutive.figures.states import state_path_figure, states_figure
from matxai.constitutive.quantities import Units

UNITS = Units("MPa", "s")
VARIANCE = pd.DataFrame({"component": [1, 2], "share": [0.7, 0.2], "cumulative": [0.7, 0.9]})
RECOVERY = pd.DataFrame(
    [
        ("back_stress", 1, 0.1),
        ("back_stress", 2, 0.8),
        ("e_plastic", 1, 0.2),
        ("e_plastic", 2, 0.9),
    ],
    columns=["variable", "components", "r2"],
).assign(ci_low=lambda t: t["r2"] - 0.05, ci_high=lambda t: t["r2"] + 0.05)
CORRELATION = pd.DataFrame(
    [
        ("strain", 1, -0.95, 0.004),
        ("strain", 2, 0.1, 0.3),
        ("e_plastic", 1, 0.5, 0.05),
        ("e_plastic", 2, np.nan, np.nan),
    ],
    columns=["variable", "component", "r", "p_bh"],
)


def test_variance_recovery_and_correlation_are_the_tables() -> None:
    figure = states_figure(VARIANCE, RECOVERY, CORRELATION, UNITS, "")
    variance, recovery, correlation = figure.axes[:3]
    assert [bar.get_height() for bar in variance.patches] == [0.7, 0.2]
    assert list(variance.lines[0].get_ydata()) == [0.7, 0.9]
    drawn = {line.get_label(): line for line in recovery.lines}
    assert list(drawn["Back stress"].get_ydata()) == [0.1, 0.8]
    assert list(drawn["Plastic strain"].get_ydata()) == [0.2, 0.9]
    assert list(drawn["Plastic strain"].get_xdata()) == [1, 2]
    band = recovery.collections[1].get_paths()[0].get_extents()
    assert (band.y0, band.y1) == pytest.approx((0.15, 0.95))
    np.testing.assert_array_equal(
        np.ma.filled(correlation.images[0].get_array(), np.nan), [[-0.95, 0.1], [0.5, np.nan]]
    )
    assert correlation.images[0].get_clim() == (-1, 1)
    cells = {text.get_position(): text.get_text() for text in correlation.texts}
    assert cells == {(0, 0): "-0.95", (1, 0): "0.10", (0, 1): "0.50"}
    (dots,) = (line for line in correlation.lines if line.get_gid() == "marked")
    assert [(x, round(y)) for x, y in dots.get_xydata().tolist()] == [(1, 0)]
    labels = [label.get_text() for label in correlation.get_yticklabels()]
    assert labels == ["Strain", "Plastic strain"]


def test_numbers_are_readable_on_their_cells() -> None:
    correlation = states_figure(VARIANCE, RECOVERY, CORRELATION, UNITS, "").axes[2]
    colours = {text.get_text(): text.get_color() for text in correlation.texts}
    assert colours == {"-0.95": "white", "0.10": "black", "0.50": "black"}


def test_a_recovery_far_below_zero_does_not_flatten_the_rest() -> None:
    bad = RECOVERY.assign(r2=[-40.0, 0.8, 0.2, 0.9], ci_low=[-90.0, 0.7, 0.1, 0.8])
    recovery = states_figure(VARIANCE, bad, CORRELATION, UNITS, "").axes[1]
    assert recovery.get_ylim()[0] > -1
    assert recovery.get_title() == "lowest R²: -40"


def test_a_law_without_internal_variables() -> None:
    figure = states_figure(VARIANCE, RECOVERY[:0], CORRELATION[:2], UNITS, "")
    text = figure.axes[1].texts[0].get_text().replace("\n", " ")
    assert "no internal variable" in text
    assert len(figure.axes[0].patches) == 2


def test_nothing_to_draw_and_missing_columns() -> None:
    assert not states_figure(VARIANCE[:0], RECOVERY, CORRELATION, UNITS, "").axes
    with pytest.raises(ValueError, match="lacks cumulative"):
        states_figure(VARIANCE.drop(columns="cumulative"), RECOVERY, CORRELATION, UNITS, "")


PATH = pd.DataFrame(
    {
        "step": [1, 2, 3],
        "c1": [0.0, 1.0, 2.0],
        "c2": [0.5, -0.5, 0.1],
        "control": [0.1, 0.2, 0.3],  # no component, although it starts with a c
        "e_plastic": [0.0, 0.001, 0.002],
        "e_plastic_recovered": [0.0, 0.0012, 0.0019],
        "back_stress": [0.0, 5.0, 10.0],
        "back_stress_recovered": [0.1, 5.5, 9.0],
    }
)


def test_path_shows_components_and_each_variable() -> None:
    components, plastic, back = state_path_figure(PATH, UNITS, "").axes
    assert [line.get_label() for line in components.lines] == ["1", "2"]
    for line, name in zip(components.lines, ("c1", "c2"), strict=True):
        np.testing.assert_array_equal(line.get_ydata(), PATH[name])
    for axes, name in ((plastic, "e_plastic"), (back, "back_stress")):
        true, recovered = axes.lines
        np.testing.assert_array_equal(true.get_ydata(), PATH[name])
        np.testing.assert_array_equal(recovered.get_ydata(), PATH[f"{name}_recovered"])
        np.testing.assert_array_equal(true.get_xdata(), PATH["step"])
    assert (plastic.get_ylabel(), back.get_ylabel()) == ("Plastic strain", "Back stress (MPa)")
    assert back.get_xlabel() == "Step"


def test_path_shows_no_two_components_alike() -> None:
    table = PATH.assign(**{f"c{place}": place for place in range(1, 9)})
    lines = state_path_figure(table, UNITS, "").axes[0].lines
    assert [line.get_label() for line in lines] == ["1", "2", "3", "4", "5", "6"]
    assert len({line.get_color() for line in lines}) == 6


def test_path_without_internal_variables_and_empty() -> None:
    (axes,) = state_path_figure(PATH[["step", "c1", "c2"]], UNITS, "").axes
    assert axes.get_xlabel() == "Step"
    assert "no step" in state_path_figure(PATH[:0], UNITS, "").texts[0].get_text()
    with pytest.raises(ValueError, match="lacks c1"):
        state_path_figure(PATH.drop(columns="c1"), UNITS, "")
