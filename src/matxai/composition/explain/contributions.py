"""Contributions: what a network assigns to each element before it averages over the elements.

A contribution is the gated output of one element (Wang, Kauwe, Murdock, Sparks 2021, npj Comput. Mater.
7:77). Only the mean over a compound is trained. A contribution thus says how the network splits its
prediction, and not what effect the element has. In a classification, contributions are log-odds of class
1, because the average of probabilities would not be the predicted probability.
"""

import numpy as np
import pandas as pd
import torch

from matxai.composition.data.formulas import SYMBOL_OF
from matxai.composition.network.batch import Batch, part_of
from matxai.composition.network.crabnet import CrabNet, Prediction
from matxai.composition.network.model_file import CrabNetMetadata
from matxai.composition.network.predict import predict

# The network sums in float32; this is about 80 of its roundings (1.2e-7).
TOLERANCE = 1e-5


def contributions(
    network: CrabNet, metadata: CrabNetMetadata, table: pd.DataFrame, device: str = "cpu"
) -> pd.DataFrame:
    """Compute the contribution of each element of each compound of a prepared table.

    It is the element's output times the standard deviation of the training targets, plus their mean. The
    mean of the contributions of a compound is therefore its prediction.

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
    predicted = prediction.cpu().numpy().astype(np.float64) * metadata.std + metadata.mean
    symbols = [SYMBOL_OF[number] for number in compounds.elements.tolist()]
    owners = np.repeat(np.arange(len(table)), compounds.counts.cpu().numpy())
    keys = table[["part", "line", "formula", "reduced"]].iloc[owners].reset_index(drop=True)
    return keys.assign(
        element=symbols,
        in_training=np.isin(symbols, metadata.elements),
        fraction=compounds.fractions.cpu().numpy().astype(np.float64),
        contribution=outputs.cpu().numpy().astype(np.float64) * metadata.std + metadata.mean,
        prediction=predicted[owners],
        target=table["target"].to_numpy(np.float64)[owners],
    )


def check_average(occurrences: pd.DataFrame, mean: float, std: float) -> pd.DataFrame:
    """Compare the mean contribution of every compound with its prediction.

    The tolerance is 1e-5 of the standard deviation, or of the largest distance of a contribution from the
    mean if that is larger, because rounding errors grow with the numbers that are summed. ``mean`` and
    ``std`` are those of the training targets.

    Returns:
        Table with one row per part: part, compounds, occurrences, largest_difference and tolerance (unit of
        the target), largest_difference_in_std.

    Raises:
        ArithmeticError: If the difference of a compound is larger than the tolerance or not a number.
    """
    # A mean would leave NaN out.
    values = occurrences["contribution"].fillna(np.inf)
    groups = occurrences.assign(contribution=values).groupby(["part", "line"], sort=False)
    compounds = groups.agg(
        formula=("formula", "first"),
        elements=("element", "size"),
        average=("contribution", "mean"),
        prediction=("prediction", "first"),
    ).reset_index()
    difference = (compounds["average"] - compounds["prediction"]).abs().fillna(np.inf)
    tolerance = TOLERANCE * max(std, float((values[np.isfinite(values)] - mean).abs().max()))
    wrong = ~(difference <= tolerance)
    if wrong.any():
        worst = compounds.iloc[difference.argmax()]
        raise ArithmeticError(
            f"the contributions of {worst['formula']} (part {worst['part']}, line {worst['line']}) "
            f"average to {worst['average']:.8g}, its prediction is {worst['prediction']:.8g}: "
            f"they differ by more than {tolerance:.2g}, in {wrong.sum()} of {len(compounds)} compounds; "
            "what the network pools is not what was taken as contributions"
        )
    parts = compounds.assign(difference=difference).groupby("part", sort=False)
    table = parts.agg(
        compounds=("elements", "size"),
        occurrences=("elements", "sum"),
        largest_difference=("difference", "max"),
    ).reset_index()
    in_std = table["largest_difference"] / std
    return table.assign(largest_difference_in_std=in_std, tolerance=tolerance)
