"""What may watch a training: see `matxai.learning.loop.fit`."""

from __future__ import annotations

from typing import Protocol

from torch import nn


class Observer(Protocol):
    """Looks at the network while it is trained; what it saw lasts outside of the checkpoint.

    It is shown the network whose error counts (averaged weights, if there are such), in evaluation
    mode, and must leave torch's random state alone: the training is the same with and without it.
    """

    @property
    def every(self) -> int | None:
        """Batches between looks, besides the look after each epoch's validation; None: that alone."""

    def observe(self, network: nn.Module, step: int) -> None:
        """Look at the network after ``step`` batches, counted from the start; what is seen lasts."""

    def restart(self, step: int) -> bool:
        """Forget what was seen after batch ``step``; false if something up to it is missing.

        Called once before the first batch, with 0 (forget everything) unless a checkpoint is there.
        """
