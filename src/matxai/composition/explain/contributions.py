"""What a network assigns to each element of a compound, before it averages over the elements.

The contribution of Wang, Kauwe, Murdock, Sparks 2021 (npj Comput. Mater. 7:77): the gated output of one
element. Only the mean over a compound is trained, so a contribution is how the network splits its
prediction, not the effect that the element has. Those of a classification are in log-odds of class 1, whose
sigmoid is the predicted probability: the average of probabilities would be another number.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch

from matxai.composition.data.formulas import NUMBER_OF, SYMBOL_OF
from matxai.composition.network.batch import Batch
from matxai.composition.network.crabnet import CrabNet, Prediction
from matxai.composition.network.fitting import predict
from matxai.composition.network.model_file import CrabNetMetadata
from matxai.composition.network.parts import part_of
from matxai.statistics.bootstrap import mean_interval
from matxai.statistics.estimate import normal_estimate

# About 80 roundings of float32 (1.2e-7), in which the network sums; a wrong contribution is far above.
TOLERANCE = 1e-5
_KEPT = ["part", "line", "formula", "reduced"]
_PERCENTILES = (5, 25, 50, 75, 95)
STATISTICS = ("mean", "ci_low", "ci_high", "sd", *(f"p{level}" for level in _PERCENTILES))


def contributions(
    network: CrabNet, metadata: CrabNetMetadata, table: pd.DataFrame, device: str = "cpu"
) -> pd.DataFrame:
    """One row for each element of each compound of a prepared table, in its order.

    Columns part, line, formula, reduced; element, in_training (whether the training part holds it),
    fraction (molar); contribution, prediction and target in the unit of the target. A contribution is
    the element's output * std + mean of the training targets, so that those of a compound have the
    prediction as their mean. Of a classification, contribution and prediction are log-odds of class 1,
    the target is 0 or 1. Elements of a compound come by decreasing fraction.
    """
    compounds, network = part_of(table).compounds.to(device), network.to(device)
    outputs = torch.empty_like(compounds.fractions)

    def see(batch: Batch, prediction: Prediction) -> None:
        outputs[compounds.token_places(batch)] = prediction.per_element

    # Standardised, and rescaled in float64: a mean far larger than the std would cost float32's digits.
    prediction, _ = predict(network, compounds, watch=see)
    per_element = outputs.cpu().numpy().astype(np.float64)
    counts = compounds.counts.cpu().numpy()
    predicted = prediction.cpu().numpy().astype(np.float64) * metadata.std + metadata.mean
    symbols = [SYMBOL_OF[number] for number in compounds.elements.tolist()]
    kept = table[_KEPT].iloc[np.repeat(np.arange(len(table)), counts)].reset_index(drop=True)
    return kept.assign(
        element=symbols,
        in_training=np.isin(symbols, metadata.elements),
        fraction=compounds.fractions.cpu().numpy().astype(np.float64),
        contribution=per_element * metadata.std + metadata.mean,
        prediction=np.repeat(predicted, counts),
        target=np.repeat(table["target"].to_numpy(np.float64), counts),
    )


def check_average(occurrences: pd.DataFrame, mean: float, std: float) -> pd.DataFrame:
    """Compare the mean contribution of every compound with its prediction.

    ``mean`` and ``std`` are those of the training targets. One row a part: compounds, occurrences,
    largest_difference and tolerance (unit of the target), and the difference in stds. The
    tolerance is 1e-5 of the std, or of the largest distance of a contribution from the mean if that
    is larger: rounding grows with what is summed.

    Raises:
        ArithmeticError: the difference of a compound is larger or no number.
    """
    # A mean would pass over what is no number.
    given = occurrences["contribution"].fillna(np.inf)
    compounds = (
        occurrences.assign(contribution=given)
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
    tolerance = TOLERANCE * max(std, float((given[np.isfinite(given)] - mean).abs().max()))
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
    found = parts.agg(
        compounds=("elements", "size"),
        occurrences=("elements", "sum"),
        largest_difference=("difference", "max"),
    ).reset_index()
    in_stds = found["largest_difference"] / std
    return found.assign(largest_difference_in_std=in_stds, tolerance=tolerance)


def summarise(occurrences: pd.DataFrame, *, seed: int, part: str = "test") -> pd.DataFrame:
    """One row for each element of a part, by atomic number.

    Columns part, element, atomic_number, in_training, compounds, compositions (distinct ones);
    of the contributions mean, ci_low, ci_high (95 % bootstrap interval of the mean, NaN for a single
    composition), sd, p5, p25, p50, p75, p95; the same of the targets of the compounds that hold the
    element, as target_mean and so on. Whole compositions are drawn: polymorphs share one contribution.
    """
    held = occurrences[occurrences["part"] == part]
    rows = []
    for symbol, mine in sorted(held.groupby("element"), key=lambda pair: NUMBER_OF[str(pair[0])]):
        row = {
            "part": part,
            "element": symbol,
            "atomic_number": NUMBER_OF[str(symbol)],
            "in_training": bool(mine["in_training"].iloc[0]),
            "compounds": len(mine),
            "compositions": mine["reduced"].nunique(),
        }
        values = mine[["contribution", "target"]].to_numpy(np.float64)
        intervals = np.stack(mean_interval(values, mine["reduced"].to_numpy(), seed=seed), axis=1)
        spread = values.std(axis=0, ddof=1) if len(values) > 1 else np.full(2, np.nan)
        for k, prefix in enumerate(("", "target_")):
            quantiles = np.percentile(values[:, k], _PERCENTILES)
            found = [*intervals[k], spread[k], *quantiles]
            row |= {f"{prefix}{name}": v for name, v in zip(STATISTICS, found, strict=True)}
        rows.append(row)
    return pd.DataFrame(rows)


def with_class_shares(summary: pd.DataFrame) -> pd.DataFrame:
    """The summary of a classification with what its contributions compare with.

    Columns target_log_odds, target_log_odds_ci_low, target_log_odds_ci_high: log-odds of class 1 among the
    compounds that hold an element, ln((k + 1/2) / (n - k + 1/2)), which is finite for shares of 0 and 1
    too, with the normal 95 % interval (Haldane 1956, Ann. Hum. Genet. 20:309; Anscombe 1956, Biometrika
    43:461).
    """
    ones = summary["target_mean"] * summary["compounds"] + 0.5
    zeros = summary["compounds"] + 1 - ones
    odds = normal_estimate(np.log(ones / zeros), np.sqrt(1 / ones + 1 / zeros))
    return summary.assign(
        target_log_odds=odds.value,
        target_log_odds_ci_low=odds.ci_low,
        target_log_odds_ci_high=odds.ci_high,
    )


def marked(summary: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """The summary with a column ``shown``: trained elements in at least ``minimum`` compositions."""
    return summary.assign(
        shown=summary["in_training"] & (summary["compositions"] >= minimum),
    )


def most_frequent(summary: pd.DataFrame, count: int) -> pd.DataFrame:
    """The ``count`` elements of a `marked` summary that most compounds hold, most frequent first."""
    shown = summary[summary["shown"]]
    return shown.sort_values(["compounds", "atomic_number"], ascending=[False, True]).head(count)
