"""Importance of every element of a sample of compounds, by all methods that are compared.

Attention, removal, integrated gradients and contributions are all taken from the same network. Whether
attention explains a prediction is disputed (Jain & Wallace 2019, NAACL, arXiv:1902.10186; Wiegreffe &
Pinter 2019, EMNLP, arXiv:1908.04626); `faithfulness` measures it.
"""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from matxai.composition.data.compounds import amounts_of
from matxai.composition.data.formulas import SYMBOL_OF
from matxai.composition.explain.faithfulness import AGAIN, OTHERS
from matxai.composition.explain.fraction_gradients import (
    Attributions,
    equal_baseline,
    integrated_fractions,
    vanishing_baseline,
)
from matxai.composition.network.batch import Batch, Compounds
from matxai.composition.network.crabnet import CrabNet, Prediction
from matxai.composition.network.model_file import CrabNetMetadata
from matxai.composition.network.predict import predict
from matxai.composition.settings.analyses import Faithfulness

BASELINES = {"ig_vanishing": vanishing_baseline, "ig_equal": equal_baseline}
_FEWEST_POINTS = 16


def sample_compounds(table: pd.DataFrame, settings: Faithfulness) -> pd.DataFrame:
    """Sample test compounds of at least two elements, one per composition; there may be none."""
    pool = table[(table["part"] == "test") & (table["numbers"].map(len) >= 2)]
    pool = pool.drop_duplicates("reduced")
    if len(pool) > settings.compounds:
        pool = pool.sample(settings.compounds, random_state=settings.seed).sort_index()
    return pool.reset_index(drop=True)


def importances(
    network: CrabNet,
    metadata: CrabNetMetadata,
    sample: pd.DataFrame,
    settings: Faithfulness,
    device: str = "cpu",
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compute the importance of each element of each compound of the sample by every method.

    Returns:
        A table with one row per element of a compound: line, formula, reduced; elements (their number in
        the compound), element, in_training (whether the training part has it), fraction, prediction; in
        the unit of the target removal, ig_vanishing, ig_equal (NaN where the gap did not close),
        contribution (above the mean of the training targets); the same at jittered fractions as
        removal_again and so on; attention received as layer1_head1 and so on, without the element's own
        as layer1_head1_others, and rollout.

        A table of checks with one row per integrated gradients: attribution; compounds; ranked (those that
        differ from the baseline and closed); unclosed (left out); points (largest number);
        mean_difference |F(x) - F(baseline)| in the unit of the target; mean_gap and largest_gap
        relative to it; tolerance.
    """
    amounts = amounts_of(sample)
    compounds, network = Compounds.from_lists(amounts).to(device), network.to(device).eval()
    counts = compounds.counts.cpu().numpy()
    numbers = compounds.elements.tolist()
    owners = np.repeat(np.arange(len(sample)), counts)
    listed = [amounts[row][number] for row, number in zip(owners, numbers, strict=True)]
    exact = torch.tensor(listed, dtype=torch.float64, device=device)
    predicted, forward = _forward(network, compounds)
    noise = jitter(exact, settings.jitter, settings.seed)
    noisy = compounds.with_amounts(noise)
    again = _forward(network, noisy)[1]["contribution"]
    values = {"contribution": forward.pop("contribution"), f"contribution{AGAIN}": again}
    checks = []
    for ending, variant, parts in (("", compounds, exact), (AGAIN, noisy, noise)):
        values[f"removal{ending}"] = removal(network, variant, parts)
        for name, baseline in BASELINES.items():
            attributions = integrated_fractions(
                network, variant, baseline(variant), label=f"{name}{ending}",
                tolerance=settings.tolerance, points=(_FEWEST_POINTS, settings.points),
            )  # fmt: skip
            unclosed = ~attributions.closed.repeat_interleave(variant.counts)
            values[f"{name}{ending}"] = attributions.shares.masked_fill(unclosed, torch.nan)
            check = {"attribution": f"{name}{ending}", **_check(attributions, metadata.std)}
            checks.append(check | {"tolerance": settings.tolerance})
    symbols = [SYMBOL_OF[number] for number in numbers]
    keys = sample[["line", "formula", "reduced"]].iloc[owners].reset_index(drop=True)
    table = keys.assign(
        elements=counts[owners],
        element=symbols,
        in_training=np.isin(symbols, metadata.elements),
        fraction=_numpy(compounds.fractions),
        prediction=_numpy(predicted)[owners] * metadata.std + metadata.mean,
        **{name: _numpy(column) * metadata.std for name, column in values.items()},
    )
    attention = pd.DataFrame({name: _numpy(column) for name, column in forward.items()})
    return pd.concat([table, attention], axis=1), pd.DataFrame(checks)


def removal(network: nn.Module, compounds: Compounds, amounts: Tensor) -> Tensor:
    """Subtract from each prediction that of the compound without one of its elements (occlusion).

    Zeiler & Fergus 2014 (ECCV, arXiv:1311.2901) cover parts of an image; here an element is left out and
    the fractions of the rest are normalised again. A binary compound leaves a pure element, which a
    network may never have seen in training. The differences (tokens,) are in the standardised unit of the
    target. New fractions are computed from ``amounts`` (tokens,), both float64: the rounding of the old
    ones may move a new one to the next row of the encoding.
    """
    rest = leave_one_out(compounds, amounts)
    whole, without = (predict(network, each)[0].double() for each in (compounds, rest))
    return whole.repeat_interleave(compounds.counts) - without


def leave_one_out(compounds: Compounds, amounts: Tensor) -> Compounds:
    """Return, for every element of every compound in their order, the compound without this element."""
    if (compounds.counts < 2).any():
        raise ValueError("a compound of one element has no prediction without it")
    device = compounds.elements.device
    counts = compounds.counts.repeat_interleave(compounds.counts)  # of each element's compound
    removed = torch.arange(len(counts), device=device).repeat_interleave(counts)
    first = compounds.offsets[:-1].repeat_interleave(compounds.counts)
    pairs = counts.cumsum(0) - counts
    place = torch.arange(len(removed), device=device) + (first - pairs)[removed]
    place = place[place != removed]
    ends = torch.cat([counts.new_zeros(1), (counts - 1).cumsum(0)])
    rest = Compounds(compounds.elements[place], compounds.fractions[place], ends)
    return rest.with_amounts(amounts[place])


def attention_from_others(weights: Tensor) -> Tensor:
    """Average weights (..., query, key) over the queries of the other elements: (..., key)."""
    return (weights.sum(-2) - weights.diagonal(dim1=-2, dim2=-1)) / (weights.shape[-1] - 1)


def attention_rollout(layers: list[Tensor]) -> Tensor:
    """Follow the weights (..., heads, query, key) through all layers: (..., key).

    Heads are averaged, half of each layer is the residual connection (the identity), and the layers are
    multiplied (Abnar & Zuidema 2020, ACL, arXiv:2005.00928). The result is averaged over the outputs, as
    the network averages over the elements.
    """
    through = identity = torch.eye(layers[0].shape[-1]).to(layers[0])
    for weights in layers:
        through = (weights.mean(-3) + identity) / 2 @ through
    return through.mean(-2)


def jitter(amounts: Tensor, scale: float, seed: int) -> Tensor:
    """Multiply amounts (tokens,) float64 by (1 + scale * normal), with 0 as the least, as in training."""
    source = torch.Generator().manual_seed(seed)
    noise = torch.randn(len(amounts), generator=source, dtype=torch.float64)
    return (amounts * (1 + scale * noise.to(amounts.device))).clamp_min(0)


def _forward(network: CrabNet, compounds: Compounds) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the standardised prediction (compounds,); contribution and attention (tokens,) by column."""
    empty, columns = torch.full_like(compounds.fractions, torch.nan), dict[str, Tensor]()

    def collect(batch: Batch, prediction: Prediction) -> None:
        places = compounds.token_places(batch)
        for name, values in _columns_of(prediction).items():
            columns.setdefault(name, empty.clone())[places] = values

    predicted, _ = predict(network, compounds, watch=collect)
    return predicted, columns


def _columns_of(prediction: Prediction) -> dict[str, Tensor]:
    columns = {"contribution": prediction.per_element}
    for layer, weights in enumerate(prediction.attention, start=1):
        for ending, measure in (("", partial(torch.mean, dim=-2)), (OTHERS, attention_from_others)):
            heads = torch.cat([measure(each).transpose(1, 2).flatten(0, 1) for each in weights])
            for head, values in enumerate(heads.unbind(1), start=1):
                columns[f"layer{layer}_head{head}{ending}"] = values
    groups = zip(*prediction.attention, strict=True)
    rollouts = [attention_rollout(list(layers)).flatten() for layers in groups]
    return columns | {"rollout": torch.cat(rollouts)}


def _check(attributions: Attributions, std: float) -> dict[str, Any]:
    differs = attributions.difference != 0
    scale = attributions.difference[differs].abs().mean().item() if differs.any() else np.nan
    gap = attributions.gap.abs() / scale
    return {
        "compounds": len(differs),
        "ranked": int((differs & attributions.closed).sum()),
        "unclosed": int((~attributions.closed).sum()),
        "points": int(attributions.points.max()) if len(gap) else 0,
        "mean_difference": scale * std,
        "mean_gap": gap.mean().item(),
        "largest_gap": gap.max().item() if len(gap) else np.nan,
    }


def _numpy(values: Tensor) -> np.ndarray:
    return values.detach().cpu().numpy().astype(np.float64)
