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

from matxai.composition.analysis_settings import Faithfulness
from matxai.composition.batch import Batch, Compounds
from matxai.composition.dataset import Part, amounts_of
from matxai.composition.explain.attention_importance import received, received_from_others, rollout
from matxai.composition.explain.faithfulness import AGAIN, OTHERS
from matxai.composition.explain.fraction_gradients import (
    Attributions,
    equal,
    integrated_fractions,
    vanishing,
)
from matxai.composition.explain.removal import removal
from matxai.composition.fitting import predict
from matxai.composition.formulas import SYMBOL
from matxai.composition.model_file import Card
from matxai.composition.network import CrabNet, FractionEncoding, Prediction
from matxai.errors import InputError

BASELINES = {"ig_vanishing": vanishing, "ig_equal": equal}
_FEWEST_POINTS = 16


def drawn_compounds(table: pd.DataFrame, asked: Faithfulness) -> pd.DataFrame:
    """Test compounds of at least two elements, one a composition, drawn where there are too many.

    Raises:
        InputError: there is none.
    """
    held = table[(table["part"] == "test") & (table["numbers"].map(len) >= 2)]
    held = held.drop_duplicates("reduced")
    if held.empty:
        raise InputError(
            "No compound of the test part has two elements: there is nothing to compare",
            where="composition.faithfulness",
            expected="a test part with binary or larger compounds",
            fix="ask for other targets than composition_faithfulness, or give the test part such compounds",
        )
    if len(held) > asked.compounds:
        held = held.sample(asked.compounds, random_state=asked.seed).sort_index()
    return held.reset_index(drop=True)


def importances(
    network: CrabNet, card: Card, drawn: pd.DataFrame, asked: Faithfulness, device: str = "cpu"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row for each element of each compound of ``drawn``, and a table of checks.

    Columns line, formula, reduced; elements (their number in the compound), element, in_training
    (whether the training part holds it), fraction, prediction; in the unit of the target, with their
    sign: removal, ig_vanishing, ig_equal (NaN where the gap did not close) and contribution (above the
    mean of the training targets), the same of jittered fractions as removal_again, ...; attention
    received, a mean over queries: layer1_head1, ..., the same without the element's own as
    layer1_head1_others, and rollout.

    Checks, a row for each baseline of integrated gradients: compounds; ranked (what differs from the
    baseline and closed); unclosed (left out); points, the largest number used; mean_difference |F(x) -
    F(baseline)| (unit of the target); mean_gap and largest_gap, relative to it, of all compounds;
    tolerance.
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
    found = {"removal": removal(network, compounds, exact)}
    checks = []
    for name, baseline in BASELINES.items():
        shared = integrated_fractions(
            network,
            compounds,
            baseline(compounds),
            tolerance=asked.tolerance,
            points=(_FEWEST_POINTS, asked.points),
            label=name,
        )
        lost = ~shared.closed.repeat_interleave(compounds.counts)
        found[name] = shared.shares.masked_fill(lost, torch.nan)
        checks.append({"attribution": name} | _check(shared, card.std, asked.tolerance))
    found["contribution"] = forward.pop("contribution")
    found |= _again(network, compounds, asked)
    symbols = [SYMBOL[number] for number in numbers]
    kept = drawn[["line", "formula", "reduced"]].iloc[owners].reset_index(drop=True)
    table = kept.assign(
        elements=counts[owners],
        element=symbols,
        in_training=np.isin(symbols, card.elements),
        fraction=_numpy(compounds.fractions),
        prediction=_numpy(predicted)[owners] * card.std + card.mean,
        **{name: _numpy(values) * card.std for name, values in found.items()},
    )
    attention = pd.DataFrame({name: _numpy(values) for name, values in forward.items()})
    return pd.concat([table, attention], axis=1), pd.DataFrame(checks)


def jittered(compounds: Compounds, scale: float, seed: int) -> Compounds:
    """Fractions times (1 + scale * normal), renormalised, elements in the same order."""
    source = torch.Generator().manual_seed(seed)
    noise = torch.randn(len(compounds.fractions), generator=source, dtype=torch.float64)
    noisy = compounds.fractions.double() * (1 + scale * noise.to(compounds.fractions.device))
    noisy = noisy.clamp_min(1 / FractionEncoding.RESOLUTION)
    owner = torch.arange(len(compounds), device=noisy.device).repeat_interleave(compounds.counts)
    total = noisy.new_zeros(len(compounds)).index_add_(0, owner, noisy)
    return Compounds(compounds.elements, (noisy / total[owner]).float(), compounds.offsets)


def _again(network: CrabNet, compounds: Compounds, asked: Faithfulness) -> dict[str, Tensor]:
    """The references of jittered fractions; integrated gradients with the fewest points."""
    noisy = jittered(compounds, asked.jitter, asked.seed)
    found = {"removal": removal(network, noisy)}
    for name, baseline in BASELINES.items():
        found[name] = integrated_fractions(
            network,
            noisy,
            baseline(noisy),
            tolerance=asked.tolerance,
            points=(_FEWEST_POINTS, _FEWEST_POINTS),
            label=f"{name}, jittered",
        ).shares
    found["contribution"] = _forward(network, noisy)[1]["contribution"]
    return {f"{name}{AGAIN}": values for name, values in found.items()}


def _forward(network: CrabNet, compounds: Compounds) -> tuple[Tensor, dict[str, Tensor]]:
    """Standardised prediction (compounds,); contribution and attention (tokens,) by column name."""
    columns: dict[str, Tensor] = {}

    def see(batch: Batch, prediction: Prediction) -> None:
        places = compounds.token_places(batch)
        for name, values in _of_the_pass(batch, prediction).items():
            empty = torch.full_like(compounds.fractions, torch.nan)
            columns.setdefault(name, empty)[places] = values

    unknown = torch.full((len(compounds),), torch.nan, device=compounds.fractions.device)
    predicted, _ = predict(network, Part(compounds, unknown), 0.0, 1.0, see)
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
        "points": int(found.points.max()),
        "mean_difference": scale * std,
        "mean_gap": gap.mean().item(),
        "largest_gap": gap.max().item(),
        "tolerance": tolerance,
    }


def _numpy(values: Tensor) -> np.ndarray:
    return values.detach().cpu().numpy().astype(np.float64)
