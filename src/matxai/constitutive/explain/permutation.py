"""Permutation importance of a one-step network, of single features and of those that move together."""

from __future__ import annotations

import pandas as pd
from torch import Tensor, nn

from matxai.attribution.permutation import permutation_importance
from matxai.constitutive.data.laws import Law
from matxai.constitutive.network.model_file import StressNetworkMetadata
from matxai.constitutive.settings.explain import ExplainSurrogate


def permutation(
    network: nn.Module,
    metadata: StressNetworkMetadata,
    law: Law,
    table: pd.DataFrame,
    x: Tensor,
    settings: ExplainSurrogate,
) -> pd.DataFrame:
    """Loss of R2 when features, and groups of features that move together, are permuted.

    Columns kind ("feature" or "group"), name, members, drop, ci_low, ci_high, base_r2, repeats, rows.
    """
    features = metadata.scales.features
    groups = {name: [place] for place, name in enumerate(features)}
    for name, members in law.groups.items():
        places = [features.index(member) for member in members if member in features]
        if len(places) > 1:
            groups[name] = places
    table_of = permutation_importance(
        network,
        x,
        metadata.scales.standardised(table).to(x.device),
        groups,
        table["path"].to_numpy(),
        repeats=settings.repeats,
        seed=metadata.seed,
    )
    kinds = ["feature" if name in features else "group" for name in table_of["name"]]
    together = [", ".join(features[i] for i in groups[name]) for name in table_of["name"]]
    table_of.insert(0, "kind", kinds)
    table_of.insert(2, "members", together)
    return table_of
