"""A small network of images trained through a DataLoader: it learns, and resumes to the same result."""

from itertools import count

import pytest
import torch
from torch import nn
from torch.nn.functional import mse_loss
from torch.utils.data import Dataset

from matxai.learning.loop import fit
from matxai.learning.recipe import SGD, ExponentialDecay, Recipe
from matxai.learning.tasks import LoaderTask

RECIPE = Recipe(
    epochs=6,
    optimizer=SGD(learning_rate=0.05, weight_decay=2e-4, momentum=0.9),
    schedule=ExponentialDecay(0.9),
    patience=99,
    checkpoint_every=2,
)


class Stripes(Dataset):
    """Random crops (1, 8, 8) of striped images (1, 10, 10), and the share of stripes that run down."""

    def __init__(self, size):
        generator = torch.Generator().manual_seed(1)
        self.target = torch.rand(size, generator=generator)
        wave = torch.sin(torch.arange(10.0) * 2)
        noise = 0.1 * torch.randn(size, 1, 10, 10, generator=generator)
        down, across = wave.expand(10, 10), wave[:, None].expand(10, 10)
        share = self.target[:, None, None, None]
        self.images = share * down + (1 - share) * across + noise

    def __len__(self):
        return len(self.target)

    def __getitem__(self, row):
        top, left = torch.randint(3, (2,)).tolist()
        return self.images[row, :, top : top + 8, left : left + 8], self.target[row]


class Regression(LoaderTask):
    """Share of stripes from an image."""

    def __init__(self, workers=0, stop_after=None):
        super().__init__(Stripes(40), 16, "cpu", workers)
        self.val, self.epoch, self.stop_after = Stripes(20), count(), stop_after

    def batches(self):
        if next(self.epoch) == self.stop_after:
            raise KeyboardInterrupt
        return super().batches()

    def loss(self, network, batch):
        images, target = batch
        return mse_loss(network(images)[:, 0], target)

    @torch.no_grad()
    def validate(self, network):
        output = network(self.val.images[..., 1:9, 1:9])[:, 0]
        return float((output - self.val.target).abs().mean())


def network():
    torch.manual_seed(3)
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.AdaptiveAvgPool2d(1),
        nn.Flatten(), nn.Dropout(0.1), nn.Linear(8, 1),
    )  # fmt: skip


def equal(one, other):
    return one.history.equals(other.history) and all(
        torch.equal(one.state[name], value) for name, value in other.state.items()
    )


@pytest.fixture(scope="module")
def whole():
    return fit(network(), Regression(), RECIPE, seed=0)


def test_each_image_comes_once_per_epoch_in_an_order_of_the_seed():
    task, targets = Regression(), []
    for seed in (0, 0, 1):
        torch.manual_seed(seed)
        targets.append(torch.cat([target for _, target in task.batches()]))
    assert task.steps == 3
    assert torch.equal(targets[0].sort().values, Stripes(40).target.sort().values)
    assert torch.equal(targets[0], targets[1])
    assert not torch.equal(targets[0], targets[2])


def test_it_learns(whole):
    errors = whole.history["val_error"]
    assert errors.min() < 0.5 * errors.iloc[0]


def test_resumed_equals_uninterrupted(tmp_path, whole):
    checkpoint = tmp_path / "checkpoint.pt"
    with pytest.raises(KeyboardInterrupt):
        fit(network(), Regression(stop_after=3), RECIPE, seed=0, checkpoint=checkpoint)
    resumed = fit(network(), Regression(), RECIPE, seed=0, checkpoint=checkpoint)
    assert equal(resumed, whole)


def test_workers_change_nothing(whole):
    assert equal(fit(network(), Regression(workers=2), RECIPE, seed=0), whole)
