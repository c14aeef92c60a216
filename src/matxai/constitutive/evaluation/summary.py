"""The accuracy of the networks of all cases and seeds."""

from collections.abc import Mapping, Sequence

import pandas as pd

from matxai.constitutive.data.steps import ALL_STEPS
from matxai.run.closing import KEY_NUMBER_COLUMNS


def accuracy_of_all(
    tables: Sequence[pd.DataFrame], networks: Sequence[Mapping[str, str]]
) -> pd.DataFrame:
    """Join the accuracy of networks, which ``networks`` names by case and seed, in columns before it."""
    named = [
        table.assign(**network)[[*network, *table.columns]]
        for table, network in zip(tables, networks, strict=True)
    ]
    return pd.concat(named, ignore_index=True)


def key_numbers(table: pd.DataFrame) -> pd.DataFrame:
    """Pick what a run says at its end: what the closed loop of each network leaves unexplained."""
    shown = table[(table["network"] == "closed loop") & (table["steps"] == ALL_STEPS)]
    names = shown["case"] + ", seed " + shown["seed"].astype(str) + ": 1 - R² of the closed loop"
    columns = (names, 1 - shown["r2"], 1 - shown["ci_high"], 1 - shown["ci_low"], "")
    return pd.DataFrame(dict(zip(KEY_NUMBER_COLUMNS, columns, strict=True)))
