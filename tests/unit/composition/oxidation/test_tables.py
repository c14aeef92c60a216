"""Tables and figures of oxidation guesses: planted compounds, counts worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from tests.compositions import prepared

from matxai.composition.figures.oxidation import common_shares_figure, outcome_figure, state_figure
from matxai.composition.oxidation.guess import (
    NO_STATES,
    NON_INTEGER,
    TIME_LIMIT,
    UNBALANCED,
    known_states,
)
from matxai.composition.oxidation.tables import (
    GUESSED,
    OUTCOMES,
    PURE,
    common_shares,
    composition_key,
    element_states,
    guess_compositions,
    guesses_of,
    outcomes,
    read_oxidation,
    write_oxidation,
)
from matxai.plotting.style import BLUE, GREEN, ORANGE

FIRST = prepared(["Fe2O3", "FeO", "NaN", "NaK", "Na0.5Cl0.5", "Fe", "Fe2O3"])
SECOND = prepared(["O3Fe2", "Fe3O4", "NaAr", "Fe2O3", "RuF3"])


@pytest.fixture(scope="module")
def guesses():
    return guess_compositions([FIRST, SECOND], limit_s=60)


def test_each_composition_of_the_study_is_guessed_once(guesses, monkeypatch):
    assert list(guesses["composition"]) == [
        "Fe2 O3", "Fe1 O1", "Na1 N1", "Na1 K1", "Na0.5 Cl0.5", "Fe1", "O3 Fe2", "Fe3 O4",
        "Na1 Ar1", "Ru1 F3",
    ]  # fmt: skip
    asked = []
    monkeypatch.setattr(
        "matxai.composition.oxidation.tables.guess",
        lambda amounts, limit: asked.append((composition_key(amounts), limit)),
    )
    with pytest.raises(AttributeError):  # no guess came back
        guess_compositions([FIRST], limit_s=3)
    assert asked == [("Fe2 O3", 3)]


def test_keys_tell_apart_what_guesses_may_hang_on():
    assert composition_key({"Fe": 2.0, "O": 3.0}) != composition_key({"O": 3.0, "Fe": 2.0})
    assert composition_key({"Fe": 4.0, "O": 6.0}) == "Fe4 O6"
    assert composition_key({"H": 0.1, "O": 1 / 3}) == "H0.1 O0.3333333333333333"


def test_a_data_set_has_a_row_a_compound_and_comes_back_from_its_file(guesses, tmp_path):
    table = guesses_of(FIRST, guesses)
    path = tmp_path / "oxidation.csv"
    write_oxidation(table, path)
    found = read_oxidation(path)
    pd.testing.assert_frame_equal(found, table)
    assert list(found["formula"]) == list(FIRST["formula"])  # NaN is sodium nitride
    assert list(found["reason"]) == ["", "", "", UNBALANCED, NON_INTEGER, "", ""]
    assert found["states"][0] == found["states"][6] == {"O": -2, "Fe": 3}
    assert found["states"][3] == {}
    write_oxidation(guesses, path)
    again = read_oxidation(path).set_index("composition")["states"]
    assert again["Fe3 O4"] == {"Fe": 8 / 3, "O": -2}  # to the last digit


def test_a_composition_without_a_guess_is_an_error(guesses):
    with pytest.raises(KeyError, match="Ca1 O1"):
        guesses_of(prepared(["CaO"]), guesses)


def test_time_limit_is_a_reason_of_its_own():
    table = guess_compositions([prepared(["Fe100000O150000", "FeO"])], limit_s=0.05)
    assert list(table["reason"]) == [TIME_LIMIT, ""]


def test_outcomes_by_hand(guesses):
    tables = {"first": guesses_of(FIRST, guesses), "second": guesses_of(SECOND, guesses)}
    table = outcomes(tables).set_index(["dataset", "outcome"])
    assert len(table) == 2 * len(OUTCOMES)
    counts = table["compounds"]
    assert counts["first", GUESSED] == counts["second", GUESSED] == 4
    assert counts["first", UNBALANCED] == 1
    assert counts["first", PURE] == counts["first", NON_INTEGER] == 1
    assert counts["second", NO_STATES] == 1
    assert table["share"]["second", GUESSED] == 0.8
    assert table.groupby("dataset")["share"].sum().tolist() == pytest.approx([1, 1])


def test_states_of_each_element_by_hand(guesses):
    states = element_states(guesses)
    table = states.set_index(["element", "state"])
    # Fe2O3 and O3Fe2 are one compound; the pure element is none.
    assert table["compounds"]["Fe", 3] == table["compounds"]["Fe", 2] == 1
    assert table["compounds"]["Fe", 8 / 3] == 1
    assert table["share"]["Fe", 3] == pytest.approx(1 / 3)
    assert not table["listed"]["Fe", 8 / 3]
    assert table["common"]["Fe", 3]
    assert ("Fe", 0.0) not in table.index
    assert table["compounds"]["O", -2] == 3
    iron = states[(states["element"] == "Fe") & states["icsd"]]
    assert tuple(iron["state"]) == tuple(sorted(known_states("Fe").icsd))
    assert list(iron["occurrences"]) == [known_states("Fe").occurrences[i] for i in (0, 1)]
    assert states["atomic_number"].is_monotonic_increasing


def test_agreement_by_hand():
    states = pd.DataFrame(
        {
            "element": ["O", "Fe", "Fe", "Fe", "Fe"],
            "atomic_number": [8, 26, 26, 26, 26],
            "state": [-2.0, 2.0, 3.0, 4.0, 8 / 3],
            "common": [True, True, True, False, False],
            "compounds": [0, 3, 2, 1, 4],
        }
    )
    row = common_shares(states).set_index("element")
    assert list(row.index) == ["Fe"]
    iron = row.loc["Fe"]
    assert (iron["compounds"], iron["common"], iron["uncommon"], iron["mixed"]) == (
        10,
        0.5,
        0.1,
        0.4,
    )
    # Wilson: (p + z2/2n +- z sqrt(p(1-p)/n + z2/4n2)) / (1 + z2/n), p = 1/2.
    z2, n = 1.959964**2, 10
    half = np.sqrt(z2) * np.sqrt(0.25 / n + z2 / (4 * n * n)) / (1 + z2 / n)
    assert (iron["common_ci_low"], iron["common_ci_high"]) == pytest.approx(
        (0.5 - half, 0.5 + half)
    )


def test_figures_show_their_tables(guesses):
    tables = {"first": guesses_of(FIRST, guesses), "second": guesses_of(SECOND, guesses)}
    shares = outcomes(tables)
    axes = outcome_figure(shares).axes[0]
    widths = {bars.get_label(): [bar.get_width() for bar in bars] for bars in axes.containers}
    assert widths["guessed"] == pytest.approx([4 / 7, 4 / 5])
    assert "time limit reached" not in widths

    states = element_states(guesses)
    axes = state_figure(states).axes[0]
    elements = [tick.get_text() for tick in axes.get_xticklabels()]
    assert elements == ["N", "O", "F", "Na", "Fe", "Ru"]
    drawn = {}
    for marks in axes.collections[1:4]:
        colour = to_hex(marks.get_facecolor()[0]).upper() if len(marks.get_offsets()) else None
        for (x, y), area in zip(marks.get_offsets(), marks.get_sizes(), strict=True):
            drawn[elements[int(x)], float(y)] = (colour, float(area))
    iron = {("Fe", 2), ("Fe", 3), ("Fe", 8 / 3)}
    assert set(drawn) == iron | {("N", -1), ("O", -2), ("F", -1), ("Na", 1), ("Ru", 3)}
    assert drawn["Fe", 8 / 3][0] == GREEN
    assert drawn["Fe", 3][0] == BLUE
    assert drawn["O", -2][1] == pytest.approx(3 * drawn["Fe", 3][1])

    compared = common_shares(states)
    axes = common_shares_figure(compared).axes[0]
    bars = axes.containers[0]
    assert [bar.get_height() for bar in bars] == pytest.approx(list(compared["common"]))
    assert {to_hex(b[0].get_facecolor()).upper() for b in axes.containers[:3]} == {
        BLUE, ORANGE, GREEN,
    }  # fmt: skip


def test_nothing_to_draw_says_so():
    empty = guess_compositions([prepared(["NaK"])], limit_s=1)
    states = element_states(empty)
    assert not states["compounds"].any()
    for figure in (
        state_figure(states),
        common_shares_figure(common_shares(states)),
        outcome_figure(outcomes({})),
    ):
        assert not figure.axes
        assert "compound" in figure.texts[0].get_text()
