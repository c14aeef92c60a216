"""The table over all cases, and what the end of a run says of them."""

import pandas as pd
import pytest

from matxai.constitutive.evaluation.summary import accuracy_of_all, key_numbers


def test_the_closed_loop_of_each_network_is_said_as_what_it_leaves_unexplained():
    table = pd.DataFrame(
        {
            "network": ["one step", "closed loop", "closed loop"],
            "steps": ["all steps", "all steps", "plastic step"],
            "r2": [0.9, 0.75, 0.1],
            "ci_low": [0.8, 0.5, 0.0],
            "ci_high": [1.0, 0.875, 0.2],
        }
    )
    networks = [{"case": "steel", "seed": "0"}, {"case": "rubber", "seed": "7"}]
    whole = accuracy_of_all([table, table], networks)
    assert list(whole.columns[:3]) == ["case", "seed", "network"]
    assert whole.groupby("case").size().to_dict() == {"steel": 3, "rubber": 3}
    numbers = key_numbers(whole)
    assert numbers["quantity"].tolist() == [
        f"{case}: 1 - R² of the closed loop" for case in ("steel, seed 0", "rubber, seed 7")
    ]
    assert numbers.loc[1, ["value", "ci_low", "ci_high"]].tolist() == pytest.approx(
        [0.25, 0.125, 0.5]
    )
