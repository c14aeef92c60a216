"""Permutation importance of single features and of features that change together."""

from __future__ import annotations

import pandas as pd
from torch import Tensor, nn

from matxai.attribution.permutation import permutation_importance
from matxai.constitutive.laws import Law
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
    """Measure the loss of R2 when features, or groups of them, are permuted among the steps ``table``.

    ``x`` are the standardised inputs (rows, features) of the same steps.

    Returns:
        Table with the columns kind ("feature" or "group"), members, and those of
        `attribution.permutation.permutation_importance`.
    """
    features = metadata.scales.features
    groups = {name: [place] for place, name in enumerate(features)}
    for name, group in law.groups.items():
        places = [features.index(member) for member in group if member in features]
        if len(places) > 1:
            groups[name] = places
    measures = permutation_importance(
        network,
        x,
        metadata.scales.standardised(table).to(x.device),
        groups,
        table["path"].to_numpy(),
        repeats=settings.repeats,
        seed=metadata.seed,
    )
    kinds = ["feature" if name in features else "group" for name in measures["name"]]
    members = [", ".join(features[i] for i in groups[name]) for name in measures["name"]]
    measures.insert(0, "kind", kinds)
    measures.insert(2, "members", members)
    return measures
