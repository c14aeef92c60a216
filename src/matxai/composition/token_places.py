"""Where the elements of a batch stand among those of all compounds."""

from __future__ import annotations

import torch
from torch import Tensor

from matxai.composition.batch import Batch, Compounds


def token_places(compounds: Compounds, batch: Batch) -> Tensor:
    """(tokens of ``batch``,) positions in the flat lists of the ``compounds`` it was taken from."""
    starts = compounds.offsets[batch.rows]
    return torch.cat(
        [
            (
                starts[group.compounds, None] + torch.arange(group.count, device=starts.device)
            ).flatten()
            for group in batch.groups
        ]
    )
