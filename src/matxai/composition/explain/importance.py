"""The importance of every element of chosen compounds, by all the ways that are compared.

Attention is what a network's own forward pass gives; removal, integrated gradients and
contributions are taken from the same network.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from matxai.composition.data.compounds import amounts_of
from matxai.composition.data.formulas import SYMBOL_OF
from matxai.composition.explain.attention_importance import received, received_from_others, rollout
from matxai.composition.explain.faithfulness import AGAIN, OTHERS
from matxai.composition.explain.fraction_gradients import (
    Attributions,
    equal,
    integrated_fractions,
    vanishing,
)
from matxai.composition.explain.removal import removal
from matxai.composition.network.batch import Batch, Compounds
from matxai.composition.network.crabnet import CrabNet, Prediction
from matxai.composition.network.fitting import predict
from matxai.composition.network.model_file import CrabNetMetadata
from matxai.composition.settings.analyses import Faithfulness

BASELINES = {"ig_vanishing": vanishing, "ig_equal": equal}
_FEWEST_POINTS = 16


def drawn_compounds(table: pd.DataFrame, asked: Faithfulness) -> pd.DataFrame:
    """Test compounds of at least two elements, one a composition, drawn where there are too many.

    There may be none.
    """
    held = table[(table["part"] == "test") & (table["numbers"].map(len) >= 2)]
    held = held.drop_duplicates("reduced")
    if len(held) > asked.compounds:
        held = held.sample(asked.compounds, random_state=asked.seed).sort_index()
    return held.reset_index(drop=True)


def importances(
    network: CrabNet,
    metadata: CrabNetMetadata,
    drawn: pd.DataFrame,
    asked: Faithfulness,
    device: str = "cpu",
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row for each element of each compound of ``drawn``, and a table of checks.

    Columns line, formula, reduced; elements (their number in the compound), element, in_training
    (whether the training part holds it), fraction, prediction; in the unit of the target, with their
    sign: removal, ig_vanishing, ig_equal (NaN where the gap did not close) and contribution (above the
    mean of the training targets), the same of jittered fractions as removal_again, ...; attention
    received, a mean over queries: layer1_head1, ..., the same without the element's own as
    layer1_head1_others, and rollout. Of no compounds, the columns alone.

    Checks, a row for each integrated gradients, those of jittered fractions too: compounds; ranked (what
    differs from the baseline and closed); unclosed (left out); points, the largest number used;
    mean_difference |F(x) - F(baseline)| (unit of the target); mean_gap and largest_gap, relative to it,
    of all compounds; tolerance.
    """
    amounts = amounts_of(drawn)
    compounds, network = Compounds.from_lists(amounts).to(device), network.to(device).eval()
    counts = compounds.counts.cpu().numpy()
    numbers = compounds.elements.tolist()
    owners = np.repeat(np.arange(len(drawn)), counts)
    exact = torch.tensor(
        [amounts[row][number] for row, number in zip(owners, numbers, strict=True)],
        dtype=torch.float64,
        device=device,
    )
    predicted, forward = _forward(network, compounds)
    found, checks = {"contribution": forward.pop("contribution")}, []
    noise = jittered(exact, asked.jitter, asked.seed)
    noisy = compounds.with_amounts(noise)
    found[f"contribution{AGAIN}"] = _forward(network, noisy)[1]["contribution"]
    for ending, taken, parts in (("", compounds, exact), (AGAIN, noisy, noise)):
        found[f"removal{ending}"] = removal(network, taken, parts)
        for name, baseline in BASELINES.items():
            shared = integrated_fractions(
                network,
                taken,
                baseline(taken),
                tolerance=asked.tolerance,
                points=(_FEWEST_POINTS, asked.points),
                label=f"{name}{ending}",
            )
            lost = ~shared.closed.repeat_interleave(taken.counts)
            found[f"{name}{ending}"] = shared.shares.masked_fill(lost, torch.nan)
            check = _check(shared, metadata.std, asked.tolerance)
            checks.append({"attribution": f"{name}{ending}"} | check)
    symbols = [SYMBOL_OF[number] for number in numbers]
    kept = drawn[["line", "formula", "reduced"]].iloc[owners].reset_index(drop=True)
    table = kept.assign(
        elements=counts[owners],
        element=symbols,
        in_training=np.isin(symbols, metadata.elements),
        fraction=_numpy(compounds.fractions),
        prediction=_numpy(predicted)[owners] * metadata.std + metadata.mean,
        **{name: _numpy(values) * metadata.std for name, values in found.items()},
    )
    attention = pd.DataFrame({name: _numpy(values) for name, values in forward.items()})
    return pd.concat([table, attention], axis=1), pd.DataFrame(checks)


def jittered(amounts: Tensor, scale: float, seed: int) -> Tensor:
    """Amounts (tokens,) float64 times (1 + scale * normal), none below 0: as in training."""
    source = torch.Generator().manual_seed(seed)
    noise = torch.randn(len(amounts), generator=source, dtype=torch.float64)
    return (amounts * (1 + scale * noise.to(amounts.device))).clamp_min(0)


def _forward(network: CrabNet, compounds: Compounds) -> tuple[Tensor, dict[str, Tensor]]:
    """Standardised prediction (compounds,); contribution and attention (tokens,) by column name."""
    columns: dict[str, Tensor] = {}

    def see(batch: Batch, prediction: Prediction) -> None:
        places = compounds.token_places(batch)
        for name, values in _of_the_pass(batch, prediction).items():
            empty = torch.full_like(compounds.fractions, torch.nan)
            columns.setdefault(name, empty)[places] = values

    predicted, _ = predict(network, compounds, watch=see)
    return predicted, columns


def _of_the_pass(batch: Batch, prediction: Prediction) -> dict[str, Tensor]:
    """Contribution and attention of each token (tokens,) of one forward pass, by column name."""
    found = {"contribution": prediction.per_element}
    for layer, groups in enumerate(prediction.attention, start=1):
        for ending, measure in (("", received), (OTHERS, received_from_others)):
            heads = torch.cat(
                [measure(weights).transpose(1, 2).flatten(0, 1) for weights in groups]
            )
            for head, values in enumerate(heads.unbind(1), start=1):
                found[f"layer{layer}_head{head}{ending}"] = values
    followed = [
        rollout([layer[number] for layer in prediction.attention]).flatten()
        for number in range(len(batch.groups))
    ]
    return found | {"rollout": torch.cat(followed)}


def _check(found: Attributions, std: float, tolerance: float) -> dict[str, Any]:
    differs = found.difference != 0
    scale = found.difference[differs].abs().mean().item() if differs.any() else np.nan
    gap = found.gap.abs() / scale
    return {
        "compounds": len(differs),
        "ranked": int((differs & found.closed).sum()),
        "unclosed": int((~found.closed).sum()),
        "points": int(found.points.max()) if len(gap) else 0,
        "mean_difference": scale * std,
        "mean_gap": gap.mean().item(),
        "largest_gap": gap.max().item() if len(gap) else np.nan,
        "tolerance": tolerance,
    }


def _numpy(values: Tensor) -> np.ndarray:
    return values.detach().cpu().numpy().astype(np.float64)
