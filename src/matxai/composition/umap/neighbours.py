"""Nearest neighbours, and how well those in a map agree with those in the space that it shows."""

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.neighbors import NearestNeighbors

BLOCK = 1024
QUERIES = 1000

Points = NDArray[np.float32]
Indices = NDArray[np.int64]


def nearest_neighbours(points: Points, k: int) -> tuple[Indices, Points]:
    """Find the ``k`` nearest of the points (n, features) to each of them, itself being the first.

    They are given by indices (n, k) and Euclidean distances (n, k).
    """
    # A common offset would cost digits of the distances.
    centred = (points - points.mean(axis=0, dtype=np.float64)).astype(np.float32)
    # Without an argument, the points themselves are not among their neighbours.
    distances, indices = NearestNeighbors(n_neighbors=k - 1).fit(centred).kneighbors()
    numbers, zeros = np.arange(len(points)), np.zeros(len(points))
    distances = np.column_stack([zeros, distances]).astype(np.float32)
    return np.column_stack([numbers, indices]), distances


def neighbour_overlap(first: Points, second: Points, k: int) -> float:
    """Compute the mean share of a point's ``k`` nearest neighbours that two maps (n, 2) have in common.

    Two unrelated maps share k / (n - 1) on average.
    """
    neighbours = (nearest_neighbours(points, k + 1)[0][:, 1:] for points in (first, second))
    pairs = zip(*neighbours, strict=True)
    return float(np.mean([len(np.intersect1d(a, b, assume_unique=True)) / k for a, b in pairs]))


def trustworthiness(space: Points, embedding: Points, k: int, *, seed: int = 0) -> float:
    """Measure whether neighbours in the map (n, 2) are neighbours in the space (n, features).

    Of the ``k`` neighbours of a point in the map, each one outside the ``k`` nearest in the space costs by
    how far outside it ranks (Venna and Kaski 2001, ICANN, 485-491). They state the largest cost for
    k < n / 2; at k = n / 2 it is still that of the ``k`` farthest points. If there are more than 1,000
    points, the mean is taken over so many, which the seed chooses.

    Returns:
        1 if all neighbours in the map are neighbours in the space, about 0.5 at random, 0 at worst.

    Raises:
        ValueError: If ``k`` is above n / 2, or if n is 2, where nothing can cost.
    """
    size = len(space)
    worst = k * (2 * size - 3 * k - 1) / 2
    if 2 * k > size or worst == 0:
        raise ValueError(f"trustworthiness of {k} neighbours is not defined for {size} points")
    sample = np.arange(size)
    if size > QUERIES:
        sample = np.sort(np.random.default_rng(seed).choice(size, QUERIES, replace=False))
    neighbours = nearest_neighbours(embedding, k + 1)[0][:, 1:]
    cost = 0.0
    for start in range(0, len(sample), BLOCK):
        block = sample[start : start + BLOCK]
        distances = euclidean_distances(space[block], space)
        distances[np.arange(len(block)), block] = -np.inf  # the point itself has rank 0
        in_space = np.take_along_axis(distances, neighbours[block], axis=1)
        ranks = np.stack([(distances < d[:, None]).sum(axis=1) for d in in_space.T], axis=1)
        cost += float(np.maximum(ranks - k, 0).sum())
    return 1 - cost / (len(sample) * worst)
