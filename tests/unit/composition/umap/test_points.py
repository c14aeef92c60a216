"""Which compositions stand in a map, and what is carried along with each: planted tables, by hand."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from tests.compositions import prepared

from matxai.composition.settings.analyses import ElementVectors, GlobalUmap, LocalUmap
from matxai.composition.umap.points import compositions, occurrences, sample_points
from matxai.run.errors import InputError

ROWS = [  # part, formula, target, prediction, states
    ("train", "Fe4O6", 1.0, 2.0, {"Fe": 3.0, "O": -2.0}),
    ("train", "NaCl", 5.0, 4.5, {"Na": 1.0, "Cl": -1.0}),
    ("train", "Fe2O3", 4.0, 2.0, {"Fe": 3.0, "O": -2.0}),
    ("test", "NaCl", 4.0, 4.5, {"Na": 1.0, "Cl": -1.0}),
    ("val", "NaN", 0.0, 1.0, {}),
    ("val", "FeO", 2.0, 2.5, {"Fe": 2.0, "O": -2.0}),
]


def tables(order=(0, 1, 2, 3, 4, 5)):
    parts, formulas, targets, predictions, states = zip(*(ROWS[i] for i in order), strict=True)
    compounds = prepared(formulas, targets, parts).assign(line=[i + 2 for i in order])
    keys = compounds[["part", "line"]]
    return compounds, keys.assign(prediction=predictions), keys.assign(states=states)


def test_compounds_of_one_composition_are_one_point():
    table = compositions(*tables()).set_index("reduced")
    assert list(table.index) == ["NNa", "NaCl", "O3Fe2", "OFe"]
    rust = table.loc["O3Fe2"]
    assert (rust["formula"], rust["compounds"], rust["part"]) == ("Fe4O6", 2, "train")
    assert (rust["target"], rust["prediction"]) == (2.5, 2.0)
    assert rust["error"] == 1.5  # mean of |1 - 2| and |4 - 2|, not |2.5 - 2|
    salt = table.loc["NaCl"]
    assert (salt["part"], salt["elements"], salt["ionic"]) == ("train, test", 2, "ionic")
    assert salt["en_deviation"] == pytest.approx(1.115)
    assert table.loc["NNa", "formula"] == "NaN"


def test_the_order_of_the_rows_changes_nothing_but_the_first_spelling():
    first = compositions(*tables()).drop(columns=["formula", "part", "numbers", "amounts"])
    again = compositions(*tables([5, 3, 0, 4, 2, 1]))
    pd.testing.assert_frame_equal(
        again.drop(columns=["formula", "part", "numbers", "amounts"]), first
    )


def test_tables_of_other_rows_are_refused():
    compounds, predictions, oxidation = tables()
    with pytest.raises(InputError, match=r"predictions\.csv"):
        compositions(compounds, predictions.iloc[::-1], oxidation)
    with pytest.raises(InputError, match=r"oxidation\.csv"):
        compositions(compounds, predictions, oxidation.iloc[1:])


def test_each_occurrence_carries_its_own_values():
    table = compositions(*tables())
    chosen = sample_points(table, LocalUmap(elements=("Fe", "Na", "W")), None)
    iron = occurrences(chosen.table.iloc[chosen.local_rows["Fe"]], "Fe").set_index("formula")
    assert iron["fraction"].to_dict() == {"Fe4O6": 0.4, "FeO": 0.5}
    assert iron["oxidation_state"].to_dict() == {"Fe4O6": 3, "FeO": 2}
    assert iron["prediction"].to_dict() == {"Fe4O6": 2.0, "FeO": 2.5}
    sodium = occurrences(chosen.table.iloc[chosen.local_rows["Na"]], "Na").set_index("formula")
    assert np.isnan(sodium.loc["NaN", "oxidation_state"])
    for element, number in (("Fe", 26), ("Na", 11)):
        tokens = chosen.tokens(element)
        assert (chosen.compounds.elements[tokens] == number).all()
        rows = occurrences(chosen.table.iloc[chosen.local_rows[element]], element)
        assert np.allclose(chosen.compounds.fractions[tokens], rows["fraction"])
    assert len(chosen.local_rows["W"]) == len(chosen.tokens("W")) == len(chosen.global_rows) == 0


def test_more_points_than_asked_for_are_drawn_with_the_seed():
    many = pd.concat([compositions(*tables())] * 50, ignore_index=True)
    many["reduced"] = [f"{name}{i}" for i, name in enumerate(many["reduced"])]

    def drawn(seed):
        local = LocalUmap(elements=("Fe", "O", "Na"), at_most=7, seeds=(seed,))
        return sample_points(many, local, GlobalUmap(at_most=11, seeds=(seed,)))

    first, again, other = drawn(0), drawn(0), drawn(1)
    assert [len(rows) for rows in first.local_rows.values()] == [7, 7, 7]
    assert len(first.global_rows) == 11
    assert first.available == {"all": 200, "Fe": 100, "O": 100, "Na": 100}
    names = lambda chosen: chosen.table["reduced"].iloc[chosen.global_rows].tolist()  # noqa: E731
    assert names(first) == names(again) != names(other)
    assert len(set(names(first))) == 11
    # Tokens are those of the drawn rows, though other compositions hold the element as well.
    for element, number in (("Fe", 26), ("O", 8), ("Na", 11)):
        tokens = first.tokens(element)
        owners = np.searchsorted(first.compounds.offsets.numpy(), tokens, side="right") - 1
        assert list(owners) == list(first.local_rows[element])
        assert (first.compounds.elements[tokens] == number).all()
    # The network sees what is shown, and no more.
    used = set(first.global_rows).union(*first.local_rows.values())
    assert used == set(range(len(first.table)))
    assert len(first.table) <= 11 + 3 * 7


def test_an_unknown_element_is_refused():
    for settings in (LocalUmap, ElementVectors):
        with pytest.raises(ValidationError, match="Xx is no element"):
            settings(elements=("Fe", "Xx"))
