"""Nearest neighbours, and how well those in a map agree with those in the space it shows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

BLOCK = 1024
QUERIES = 1000

Points = NDArray[np.float32]
Indices = NDArray[np.int64]


def nearest(points: Points, k: int) -> tuple[Indices, Points]:
    """The ``k`` nearest points of each, itself first: indices and Euclidean distances, both (n, k).

    All pairs are compared. ``k`` counts the point itself, as UMAP does.
    """
    search = NearestNeighbors(n_neighbors=k - 1, algorithm="brute").fit(_centred(points))
    distances, indices = search.kneighbors()  # of its own points: without themselves
    own = np.arange(len(points))
    return (
        np.column_stack([own, indices]),
        np.column_stack([np.zeros(len(own)), distances]).astype(np.float32),
    )


def neighbour_overlap(first: Points, second: Points, k: int) -> float:
    """Mean share of the ``k`` nearest neighbours of a point that two maps (n, 2) have in common.

    Two maps that have nothing to do with each other share k / (n - 1) in the mean.
    """
    both = (nearest(points, k + 1)[0][:, 1:] for points in (first, second))
    pairs = zip(*both, strict=True)
    return float(np.mean([len(np.intersect1d(a, b, assume_unique=True)) / k for a, b in pairs]))


def trustworthiness(space: Points, shown: Points, k: int, *, seed: int = 0) -> float:
    """Whether neighbours in the map are neighbours in the space: 1 if all are, about 0.5 at random.

    Venna and Kaski 2001 (ICANN, 485-491): of the ``k`` neighbours in ``shown`` (n, 2), those outside
    the ``k`` nearest in ``space`` (n, features) cost by how far outside they rank, as a share of the
    largest cost. Above 1,000 points the mean over 1,000 drawn with ``seed``.

    They state it for k < n / 2; at k = n / 2 the largest cost, k (2 n - 3 k - 1) / 2 a point, is still that
    of the ``k`` farthest, so that 0 remains the worst.

    Raises:
        ValueError: ``k`` is above n / 2, or 1 of 2 points, where nothing can cost.
    """
    size = len(space)
    worst = k * (2 * size - 3 * k - 1) / 2
    if 2 * k > size or worst == 0:
        raise ValueError(f"trustworthiness of {k} neighbours is not defined for {size} points")
    chosen = np.arange(size)
    if size > QUERIES:
        chosen = np.sort(np.random.default_rng(seed).choice(size, QUERIES, replace=False))
    space, shown = _centred(space), _centred(shown)
    cost = 0.0
    for start in range(0, len(chosen), BLOCK):
        block = chosen[start : start + BLOCK]
        near = _first(_squared(shown, block), k)
        distances = _squared(space, block)
        to_near = np.take_along_axis(distances, near, axis=1)
        # Rank 1 is the nearest: the point itself stands below every other.
        ranks = np.stack([(distances < d[:, None]).sum(axis=1) for d in to_near.T], axis=1)
        cost += float(np.maximum(ranks - k, 0).sum())
    return 1 - cost / (len(chosen) * worst)


def _centred(points: Points) -> Points:
    """Points about their mean: a common offset would cost digits of the distances."""
    return (points - points.mean(axis=0, dtype=np.float64)).astype(np.float32)


def _squared(points: Points, block: Indices) -> Points:
    """Squared distances (block, n) of some points to all; minus infinity to themselves."""
    norms = np.einsum("ij,ij->i", points, points)
    squared = norms[block, None] + norms - 2 * points[block] @ points.T
    squared[np.arange(len(block)), block] = -np.inf
    return squared


def _first(squared: Points, k: int) -> Indices:
    """Columns of the ``k`` smallest entries of each row but the smallest, the point itself."""
    found = np.argpartition(squared, k, axis=1)[:, : k + 1]
    order = np.take_along_axis(squared, found, axis=1).argsort(axis=1, kind="stable")
    return np.take_along_axis(found, order, axis=1)[:, 1:]
