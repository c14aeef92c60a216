"""The tangent figure shows each kind of step and the distribution of its error."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from matxai.constitutive.figures.tangent import tangent_figure
from matxai.constitutive.quantities import Units

UNITS = Units("MPa", "s")


def steps(group: str, tangent: float, size: int = 4) -> pd.DataFrame:
    """Steps whose relative errors are 1, 2, 3, ... percent, in turn above and below."""
    error = np.arange(1, size + 1) / 100 * np.where(np.arange(size) % 2, -1, 1)
    true = np.full(size, tangent)
    table = pd.DataFrame({"strain": 0.0, "tangent": true, "network": true * (1 + error)})
    return table.assign(group=group)


def summary(*groups: str) -> pd.DataFrame:
    columns = {"steps": 4, "median": 0.025, "ci_low": 0.02, "ci_high": 0.03, "q95": 0.0385}
    return pd.DataFrame([{"group": group, **columns} for group in groups])


def test_a_panel_a_group_and_the_cumulative_errors() -> None:
    table = pd.concat([steps("plastic step", 1e4), steps("elastic step", 2e5)])
    figure = tangent_figure(table, summary("all steps", "elastic step", "plastic step"), UNITS, "")
    elastic, plastic, last = figure.axes
    assert elastic.get_title() == "elastic step (n = 4)"
    for axes, tangent in ((elastic, 2e5), (plastic, 1e4)):
        expected = steps("", tangent)[["tangent", "network"]]
        np.testing.assert_allclose(axes.collections[0].get_offsets(), expected)
        assert axes.get_xlim() == axes.get_ylim()
        line = axes.lines[0]
        assert list(line.get_xdata()) == list(line.get_ydata()) == list(axes.get_xlim())
    curves = last.lines[:2]
    assert curves[0].get_linestyle() != curves[1].get_linestyle()
    for curve in curves:
        np.testing.assert_allclose(curve.get_xdata(), [1, 2, 3, 4])
        np.testing.assert_allclose(curve.get_ydata(), [0.25, 0.5, 0.75, 1])
    for point in last.lines[2:]:
        assert (list(point.get_xdata()), list(point.get_ydata())) == ([2.5], [0.5])
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend[0] == "elastic step: median 2.5 % (2 to 3 %), 95 % of steps below 3.9 %"
    assert len(legend) == 2
    assert last.get_xscale() == "log"


def test_many_steps_are_counted_and_those_beyond_named() -> None:
    table = steps("all steps", 50.0, 5000).assign(
        network=np.random.default_rng(0).normal(50, 1, 5000)
    )
    table.loc[0, "network"] = -1e9
    panel, last = tangent_figure(table, summary("all steps"), UNITS, "").axes
    beyond = int(panel.get_title().split("\n")[1].split()[0])
    assert beyond >= 1
    # Cells on the edge count steps on both sides of it.
    assert 5000 - beyond <= panel.collections[0].get_array().sum() < 5000
    assert panel.get_xlim()[0] > 40
    # Errors next to nothing do not stretch the axis.
    assert last.get_xlim()[0] == pytest.approx(np.sort(np.abs(table["network"] / 50 - 1))[25] * 100)
    # The curve thins the steps out, not its ends.
    curve = last.lines[0]
    assert curve.get_ydata()[[0, -1]] == pytest.approx([1 / 5000, 1])
    assert curve.get_xdata()[-1] == pytest.approx(100 * (1e9 + 50) / 50)


def test_steps_without_a_tangent_are_left_out() -> None:
    table = steps("all steps", 2e5)
    table.loc[1, "tangent"] = np.nan
    table.loc[2, "tangent"] = 0.0
    panel = tangent_figure(table, summary("all steps"), UNITS, "").axes[0]
    assert panel.get_title() == "all steps (n = 2)"
    assert len(panel.collections[0].get_offsets()) == 2


def test_an_interval_that_is_unknown_is_not_written() -> None:
    lone = summary("all steps").assign(ci_low=np.nan, ci_high=np.nan)
    legend = tangent_figure(steps("all steps", 2e5), lone, UNITS, "").legends[0].get_texts()
    assert legend[0].get_text() == "all steps: median 2.5 %, 95 % of steps below 3.9 %"


def test_no_tangent_says_what_the_data_must_state() -> None:
    table = steps("all steps", 2e5).assign(tangent=np.nan)
    empty = pd.DataFrame(columns=["group", "steps", "median", "ci_low", "ci_high", "q95"])
    figure = tangent_figure(table, empty, UNITS, "")
    assert not figure.axes
    assert "state the parameters" in figure.texts[0].get_text().replace("\n", " ")
    with pytest.raises(ValueError, match="lacks network"):
        tangent_figure(table.drop(columns="network"), empty, UNITS, "")
