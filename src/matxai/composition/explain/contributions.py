"""Contributions: what a network assigns to each element before it averages over the elements.

A contribution is the gated output of one element (Wang, Kauwe, Murdock, Sparks 2021, npj Comput. Mater.
7:77). Only the mean over a compound is trained. A contribution thus says how the network splits its
prediction, and not what effect the element has. In a classification, contributions are log-odds of class
1, because the average of probabilities would not be the predicted probability.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch

from matxai.composition.data.formulas import NUMBER_OF, SYMBOL_OF
from matxai.composition.network.batch import Batch
from matxai.composition.network.crabnet import CrabNet, Prediction
from matxai.composition.network.model_file import CrabNetMetadata
from matxai.composition.network.parts import part_of
from matxai.composition.network.predict import predict
from matxai.statistics.bootstrap import mean_interval
from matxai.statistics.estimate import normal_estimate

# The network sums in float32; this is about 80 of its roundings (1.2e-7).
TOLERANCE = 1e-5
_PERCENTILES = (5, 25, 50, 75, 95)
STATISTICS = ("mean", "ci_low", "ci_high", "sd", *(f"p{level}" for level in _PERCENTILES))


def contributions(
    network: CrabNet, metadata: CrabNetMetadata, table: pd.DataFrame, device: str = "cpu"
) -> pd.DataFrame:
    """Compute the contribution of each element of each compound of a prepared table.

    A contribution is the element's output times the standard deviation of the training targets, plus their
    mean. The mean of the contributions of a compound is therefore its prediction.

    Returns:
        Table with one row per element of a compound, by decreasing fraction: part, line, formula, reduced;
        element, in_training (whether the training part has it), fraction (molar); contribution,
        prediction and target in the unit of the target. In a classification, contribution and
        prediction are log-odds of class 1, and the target is 0 or 1.
    """
    compounds, network = part_of(table).compounds.to(device), network.to(device)
    outputs = torch.empty_like(compounds.fractions)

    def collect(batch: Batch, prediction: Prediction) -> None:
        outputs[compounds.token_places(batch)] = prediction.per_element

    # Rescaled in float64: a mean far larger than the std would cost digits of float32.
    prediction, _ = predict(network, compounds, watch=collect)
    per_element = outputs.cpu().numpy().astype(np.float64)
    counts = compounds.counts.cpu().numpy()
    predicted = prediction.cpu().numpy().astype(np.float64) * metadata.std + metadata.mean
    symbols = [SYMBOL_OF[number] for number in compounds.elements.tolist()]
    owners = np.repeat(np.arange(len(table)), counts)
    keys = table[["part", "line", "formula", "reduced"]].iloc[owners].reset_index(drop=True)
    return keys.assign(
        element=symbols,
        in_training=np.isin(symbols, metadata.elements),
        fraction=compounds.fractions.cpu().numpy().astype(np.float64),
        contribution=per_element * metadata.std + metadata.mean,
        prediction=predicted[owners],
        target=table["target"].to_numpy(np.float64)[owners],
    )


def check_average(occurrences: pd.DataFrame, mean: float, std: float) -> pd.DataFrame:
    """Compare the mean contribution of every compound with its prediction.

    The tolerance is 1e-5 of the standard deviation, or of the largest distance of a contribution from the
    mean if that is larger, because rounding errors grow with the numbers that are summed.

    Args:
        occurrences: Table of `contributions`.
        mean: Mean of the training targets.
        std: Their standard deviation.

    Returns:
        Table with one row per part: part, compounds, occurrences, largest_difference and tolerance (unit of
        the target), largest_difference_in_std.

    Raises:
        ArithmeticError: If the difference of a compound is larger than the tolerance or not a number.
    """
    # A mean would leave NaN out.
    values = occurrences["contribution"].fillna(np.inf)
    compounds = (
        occurrences.assign(contribution=values)
        .groupby(["part", "line"], sort=False)
        .agg(
            formula=("formula", "first"),
            elements=("element", "size"),
            average=("contribution", "mean"),
            prediction=("prediction", "first"),
        )
        .reset_index()
    )
    difference = (compounds["average"] - compounds["prediction"]).abs()
    tolerance = TOLERANCE * max(std, float((values[np.isfinite(values)] - mean).abs().max()))
    wrong = difference[~(difference <= tolerance)]
    if len(wrong):
        worst = compounds.iloc[int(difference.fillna(np.inf).to_numpy().argmax())]
        raise ArithmeticError(
            f"the contributions of {worst['formula']} (part {worst['part']}, line {worst['line']}) "
            f"average to {worst['average']:.8g}, its prediction is {worst['prediction']:.8g}: "
            f"they differ by more than {tolerance:.2g}, in {len(wrong)} of {len(compounds)} compounds; "
            "what the network pools is not what was taken as contributions"
        )
    parts = compounds.assign(difference=difference).groupby("part", sort=False)
    table = parts.agg(
        compounds=("elements", "size"),
        occurrences=("elements", "sum"),
        largest_difference=("difference", "max"),
    ).reset_index()
    in_stds = table["largest_difference"] / std
    return table.assign(largest_difference_in_std=in_stds, tolerance=tolerance)


def summarise(occurrences: pd.DataFrame, *, seed: int, part: str = "test") -> pd.DataFrame:
    """Summarise the contributions of each element in one part.

    The bootstrap draws whole compositions, because polymorphs share one contribution.

    Args:
        occurrences: Table of `contributions`.
        seed: Seed of the bootstrap.
        part: Name of the part.

    Returns:
        Table with one row per element, by atomic number: part, element, atomic_number, in_training,
        compounds, compositions (distinct ones); mean of the contributions with its 95 % interval ci_low,
        ci_high (NaN for a single composition), sd, p5, p25, p50, p75, p95; the same of the targets of these
        compounds as target_mean and so on.
    """
    members = occurrences[occurrences["part"] == part]
    rows = []
    for symbol, group in sorted(
        members.groupby("element"), key=lambda pair: NUMBER_OF[str(pair[0])]
    ):
        row = {
            "part": part,
            "element": symbol,
            "atomic_number": NUMBER_OF[str(symbol)],
            "in_training": bool(group["in_training"].iloc[0]),
            "compounds": len(group),
            "compositions": group["reduced"].nunique(),
        }
        values = group[["contribution", "target"]].to_numpy(np.float64)
        intervals = np.stack(mean_interval(values, group["reduced"].to_numpy(), seed=seed), axis=1)
        spread = values.std(axis=0, ddof=1) if len(values) > 1 else np.full(2, np.nan)
        for k, prefix in enumerate(("", "target_")):
            quantiles = np.percentile(values[:, k], _PERCENTILES)
            statistics = [*intervals[k], spread[k], *quantiles]
            row |= {f"{prefix}{name}": v for name, v in zip(STATISTICS, statistics, strict=True)}
        rows.append(row)
    return pd.DataFrame(rows)


def with_class_shares(summary: pd.DataFrame) -> pd.DataFrame:
    """Add the log-odds of class 1 among the compounds of each element to the summary of a classification.

    They are ln((k + 1/2) / (n - k + 1/2)) for k of n compounds, which is finite for shares of 0 and 1
    too, with the normal 95 % interval (Haldane 1956, Ann. Hum. Genet. 20:309; Anscombe 1956, Biometrika
    43:461).

    Returns:
        The summary with the columns target_log_odds, target_log_odds_ci_low, target_log_odds_ci_high.
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
