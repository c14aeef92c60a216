"""Explanations of a network side by side, and in one summary."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

BASELINES = ("zero state", "training mean")  # of integrated gradients


def comparison(
    permutation: pd.DataFrame, saliency: pd.DataFrame, integrated: pd.DataFrame
) -> pd.DataFrame:
    """Put the three measures of importance side by side, integrated gradients from the "zero state".

    Returns:
        Table with the columns feature, method, value, ci_low, ci_high, and relative, relative_ci_low,
        relative_ci_high, the same divided by the largest value of the method.
    """
    zero = integrated[integrated["baseline"] == BASELINES[0]]
    tables = []
    for method, table, column in (
        ("permutation: loss of R²", permutation[permutation["kind"] == "feature"], "drop"),
        ("saliency, standardised", saliency, "standardised"),
        ("integrated gradients, from zero state", zero, "mean_absolute"),
    ):
        values = table[[column, "ci_low", "ci_high"]].rename(columns={column: "value"})
        relative = values / values["value"].max()
        relative.columns = ["relative", "relative_ci_low", "relative_ci_high"]
        labels = pd.DataFrame({"feature": table["name"], "method": method})
        tables.append(pd.concat([labels, values, relative], axis=1))
    return pd.concat(tables, ignore_index=True)


def explain_summary(
    summary: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Make the content of explain_summary.json, JSON-plain, from the tables beside the figures."""
    drops = tables["permutation_importance"]
    # JSON has no NaN, so that an unknown number becomes null.
    plain = {name: t.astype(object).where(t.notna(), None) for name, t in tables.items()}
    return {
        "law": summary["law"],
        "feature_names": summary["features"],
        "target": summary["target"],
        "base_r2": float(drops["base_r2"].iloc[0]),
        "summary_r2": summary["r2"],
        "n_samples": int(drops["rows"].iloc[0]),
        "n_paths": summary["test_paths"],
        "seed": summary["seed"],
        "settings": dict(settings),
        **{name: table.to_dict("records") for name, table in plain.items()},
    }
