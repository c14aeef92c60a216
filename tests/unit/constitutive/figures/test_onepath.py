"""The one-path figure shows the three stresses, their errors and the plastic steps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from matxai.constitutive.figures.onepath import onepath_figure
from matxai.constitutive.laws import LAWS
from matxai.constitutive.quantities import Units

UNITS = Units("MPa", "s")
ELASTOPLASTIC, VISCOELASTIC = LAWS["elastoplastic"], LAWS["viscoelastic"]


def path(steps: int = 10) -> pd.DataFrame:
    strain = np.linspace(0.001, 0.01, steps)
    stress = 200e3 * np.minimum(strain, 0.005)
    table = pd.DataFrame({"step": np.arange(1, steps + 1), "strain": strain, "stress": stress})
    table["time"] = table["step"] / 4
    table["prediction"] = stress + 2.0
    table["closed_loop"] = stress - 3.0 * table["step"]
    return table


def test_lines_are_the_columns() -> None:
    table = path()
    left, above, below = onepath_figure(table, UNITS, "", VISCOELASTIC).axes
    for axes, x in ((left, "strain"), (above, "time")):
        for line, column in zip(axes.lines, ("stress", "prediction", "closed_loop"), strict=True):
            np.testing.assert_array_equal(line.get_xdata(), table[x])
            np.testing.assert_array_equal(line.get_ydata(), table[column])
        assert axes.get_ylabel() == "Stress (MPa)"
    fed, loop = (line.get_ydata() for line in below.lines)
    np.testing.assert_allclose(fed, 2.0)
    np.testing.assert_allclose(loop, 3.0 * table["step"])
    assert "(MPa)" in below.get_ylabel()
    assert len({line.get_linestyle() for line in left.lines}) == 3  # told apart in grey


def test_a_law_without_time_is_drawn_over_steps() -> None:
    table = path()
    _, above, below = onepath_figure(table, UNITS, "", ELASTOPLASTIC).axes
    np.testing.assert_array_equal(above.lines[0].get_xdata(), table["step"])
    assert below.get_xlabel() == "Step"
    assert onepath_figure(table, UNITS, "", VISCOELASTIC).axes[2].get_xlabel() == "Time (s)"


def test_each_run_of_plastic_steps_is_shaded_from_the_state_before_it() -> None:
    table = path().assign(plastic=[False, True, False, False, True, True, True, False, True, True])
    figure = onepath_figure(table, UNITS, "", ELASTOPLASTIC)
    boxes = [box.get_extents() for box in figure.axes[1].collections[0].get_paths()]
    assert [(box.x0, box.x1) for box in boxes] == [(1, 2), (4, 7), (8, 10)]
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names[-1] == "plastic steps"


def test_no_plastic_step_no_shade() -> None:
    figure = onepath_figure(path().assign(plastic=False), UNITS, "", ELASTOPLASTIC)
    assert not figure.axes[1].collections
    assert len(figure.legends[0].get_texts()) == 3


@pytest.mark.parametrize("end", [1e12, np.inf, np.nan])
def test_a_diverging_closed_loop_hides_no_other_line(end: float) -> None:
    table = path()
    table.loc[8:, "closed_loop"] = end
    left, above, below = onepath_figure(table, UNITS, "", ELASTOPLASTIC).axes
    assert "leaves the axes" in left.get_title()
    true = np.ptp(table["stress"])
    for axes in (left, above):
        low, high = axes.get_ylim()
        assert low < table["stress"].min()
        assert table["prediction"].max() < high < table["stress"].max() + true
    # The error of the fed network stays inside its axes, whatever that of the closed loop.
    low, high = below.get_ylim()
    assert low < 2.0 < high < np.inf


def test_an_exact_network() -> None:
    table = path()
    table["prediction"] = table["closed_loop"] = table["stress"]
    figure = onepath_figure(table, UNITS, "", ELASTOPLASTIC)
    assert figure.axes[2].get_yscale() == "linear"  # no error, hence no logarithm of one
    assert not figure.axes[0].get_title()


def test_no_step_and_missing_columns() -> None:
    assert "no step" in onepath_figure(path()[:0], UNITS, "", ELASTOPLASTIC).texts[0].get_text()
    with pytest.raises(ValueError, match="closed_loop"):
        onepath_figure(path().drop(columns="closed_loop"), UNITS, "", ELASTOPLASTIC)
