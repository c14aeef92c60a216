"""What a line brings to a training: a task, whose batches are made in two ways, and what may watch."""

import math
from collections.abc import Iterator
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, Sampler


class Task(Protocol):
    """The batches of an epoch (random), the loss of one batch, and the validation error."""

    @property
    def steps(self) -> int:
        """Batches in an epoch."""

    def batches(self) -> Iterator[Any]:
        """Give the batches of one epoch, shuffled with torch's global generator."""

    def loss(self, network: nn.Module, batch: Any) -> Tensor:
        """Compute the scalar to be minimised."""

    def validate(self, network: nn.Module) -> float:
        """Compute the error on the validation part; the state with the lowest one is kept."""


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


class RowTask:
    """Base of tasks whose data lie on the device as a whole: a batch is a list of row numbers.

    The numbers of ``size`` rows are drawn on ``device``, by default the CPU.
    """

    def __init__(self, size: int, batch_size: int, device: torch.device | None = None) -> None:
        self.size, self.batch_size, self.device = size, batch_size, device

    @property
    def steps(self) -> int:
        """Batches in an epoch."""
        return math.ceil(self.size / self.batch_size)

    def batches(self) -> Iterator[Any]:
        """Give row numbers (batch,), each row once; a task may make more of them."""
        yield from torch.randperm(self.size, device=self.device).split(self.batch_size)


class LoaderTask:
    """Base of tasks whose data are read during the training, such as images in files.

    Order and content of the batches follow from torch's global generator alone, which the loop seeds
    for each epoch, whatever the number of worker processes (0: the training process reads the items).

    Items are tuples of tensors. They may be random (a crop, say) as far as they draw from torch's global
    generator. The last batch of an epoch may be smaller.
    """

    def __init__(
        self, dataset: Dataset[Any], batch_size: int, device: torch.device | str, workers: int = 0
    ) -> None:
        self.device = torch.device(device)
        self.loader = DataLoader(
            _SeededItems(dataset),
            batch_size,
            sampler=_SeededShuffle(dataset),
            num_workers=workers,
            persistent_workers=workers > 0,
            pin_memory=self.device.type == "cuda",
            # Else the loader would draw from the global generator when it starts its workers.
            generator=torch.Generator(),
        )

    @property
    def steps(self) -> int:
        """Batches in an epoch."""
        return len(self.loader)

    def batches(self) -> Iterator[tuple[Tensor, ...]]:
        """Give batches of the dataset's items on the device, each item once."""
        for batch in self.loader:
            yield tuple(part.to(self.device, non_blocking=True) for part in batch)


class _SeededShuffle(Sampler[tuple[int, int]]):
    """Every row once in random order, with a seed for what is random in its item."""

    def __init__(self, dataset: Any) -> None:
        self.size = len(dataset)

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[tuple[int, int]]:
        rows, seeds = torch.randperm(self.size), torch.randint(2**62, (self.size,))
        return zip(rows.tolist(), seeds.tolist(), strict=True)


class _SeededItems(Dataset[Any]):
    """Items by row and seed: the same whichever process reads them, and in whatever order."""

    def __init__(self, dataset: Dataset[Any]) -> None:
        self.dataset = dataset

    def __getitem__(self, key: tuple[int, int]) -> Any:
        row, seed = key
        with torch.random.fork_rng(devices=[]):
            # `torch.manual_seed` would seed the accelerator as well, where dropout draws.
            torch.default_generator.manual_seed(seed)
            return self.dataset[row]
