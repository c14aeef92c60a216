"""Contributions of each element over all compounds that hold it."""

import numpy as np
import pandas as pd

from matxai.composition.data.formulas import NUMBER_OF
from matxai.statistics.bootstrap import mean_interval
from matxai.statistics.estimate import normal_estimate

_PERCENTILES = (5, 25, 50, 75, 95)
STATISTICS = ("mean", "ci_low", "ci_high", "sd", *(f"p{level}" for level in _PERCENTILES))


def summarise(occurrences: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Summarise the `contributions.contributions` of each element in the test part.

    The bootstrap draws whole compositions, because polymorphs share one contribution.

    Returns:
        Table with one row per element, by atomic number: part, element, atomic_number, in_training,
        compounds, compositions (distinct ones); mean of the contributions with its 95 % interval ci_low,
        ci_high (NaN for a single composition), sd, p5, p25, p50, p75, p95; the same of the targets of these
        compounds as target_mean and so on.
    """
    members = occurrences[occurrences["part"] == "test"]
    rows = []
    for number, group in members.groupby(members["element"].map(NUMBER_OF)):
        row = {
            "part": "test",
            "element": group["element"].iloc[0],
            "atomic_number": number,
            "in_training": bool(group["in_training"].iloc[0]),
            "compounds": len(group),
            "compositions": group["reduced"].nunique(),
        }
        values = group[["contribution", "target"]].to_numpy(np.float64)
        intervals = np.stack(mean_interval(values, group["reduced"].to_numpy(), seed=seed), axis=1)
        spread = values.std(axis=0, ddof=1) if len(values) > 1 else np.full(2, np.nan)
        for k, prefix in enumerate(("", "target_")):
            statistics = [*intervals[k], spread[k], *np.percentile(values[:, k], _PERCENTILES)]
            row |= {f"{prefix}{name}": v for name, v in zip(STATISTICS, statistics, strict=True)}
        rows.append(row)
    return pd.DataFrame(rows)


def with_class_shares(summary: pd.DataFrame) -> pd.DataFrame:
    """Add the log-odds of class 1 among the compounds of each element to the summary of a classification.

    They are ln((k + 1/2) / (n - k + 1/2)) for k of n compounds, which is finite for shares of 0 and 1
    too, with the normal 95 % interval (Haldane 1956, Ann. Hum. Genet. 20:309; Anscombe 1956, Biometrika
    43:461): columns target_log_odds, target_log_odds_ci_low, target_log_odds_ci_high.
    """
    ones = summary["target_mean"] * summary["compounds"] + 0.5
    zeros = summary["compounds"] + 1 - ones
    odds = normal_estimate(np.log(ones / zeros), np.sqrt(1 / ones + 1 / zeros))
    return summary.assign(
        target_log_odds=odds.value,
        target_log_odds_ci_low=odds.ci_low,
        target_log_odds_ci_high=odds.ci_high,
    )


def with_visibility(summary: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """Add the column shown: whether an element was trained and is in at least ``minimum`` compositions."""
    return summary.assign(shown=summary["in_training"] & (summary["compositions"] >= minimum))


def most_frequent(summary: pd.DataFrame, count: int) -> pd.DataFrame:
    """Select the ``count`` shown elements with most compounds, the most frequent first."""
    elements = summary[summary["shown"]]
    return elements.sort_values(["compounds", "atomic_number"], ascending=[False, True]).head(count)
