"""One UMAP map, reproducible by its seed, and how well it keeps the neighbours of its points.

McInnes, Healy, Melville 2018, arXiv:1802.03426.
"""

import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numba
import numpy as np
import umap
from numpy.typing import NDArray
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.neighbors import NearestNeighbors

# With OpenMP, numba undoes the limit of threads that scikit-learn keeps to: ten times the CPU time there.
numba.config.THREADING_LAYER = "workqueue"  # type: ignore[attr-defined]

START = "pca"  # coordinates that the fit of every seed starts from
QUERIES = 1000

Points = NDArray[np.float32]


class Map(NamedTuple):
    """The map of the first seed, (points, 2) without unit, and how far it can be trusted.

    The overlap is the mean share of a point's neighbours that it keeps in the map of another seed, NaN for
    one seed; that of unrelated maps is ``chance``. All seeds start from ``START``, so that the effect of
    another start is not measured. The trustworthiness is that of the function of this name.
    """

    coordinates: Points
    trustworthiness: float
    overlap: float
    chance: float


def fit_map(
    vectors: Points, neighbours: int, min_dist: float, epochs: int | None, seeds: Sequence[int]
) -> Map:
    """Map distinct vectors (points, features) to the plane by Euclidean distance, once for each seed.

    The fit starts from the first two principal components. They keep the large distances (Kobak and
    Linderman 2021, Nat. Biotechnol. 39:156) and need no connected graph, unlike the eigenvectors that
    umap-learn starts from. Neighbours are exact. A fixed seed makes umap-learn compute on one thread.
    """
    indices, distances = nearest_neighbours(vectors, neighbours)
    maps = []
    for seed in seeds:
        mapper = umap.UMAP(
            n_neighbors=neighbours,
            min_dist=min_dist,
            metric="euclidean",
            n_epochs=epochs,
            init=START,
            random_state=seed,
            n_jobs=1,
            # umap-learn changes the arrays in place.
            precomputed_knn=(indices.copy(), distances.copy()),
        )
        with warnings.catch_warnings():
            # umap-learn warns that it could not place new points, and there are none.
            warnings.filterwarnings("ignore", "precomputed_knn", UserWarning)
            maps.append(mapper.fit_transform(vectors))
    overlaps = [neighbour_overlap(maps[0], other, neighbours) for other in maps[1:]]
    return Map(
        maps[0],
        trustworthiness(vectors, maps[0], neighbours),
        float(np.mean(overlaps)) if overlaps else np.nan,
        neighbours / (len(vectors) - 1),
    )


def nearest_neighbours(points: Points, k: int) -> tuple[NDArray[np.int64], Points]:
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
    points, the mean is taken over so many, which the seed chooses. The result is 1 if all neighbours in
    the map are neighbours in the space, about 0.5 at random, 0 at worst. A larger ``k`` is a ValueError,
    and so is n = 2, where nothing can cost.
    """
    size = len(space)
    worst = k * (2 * size - 3 * k - 1) / 2
    if 2 * k > size or worst == 0:
        raise ValueError(f"trustworthiness of {k} neighbours is not defined for {size} points")
    sample = np.arange(size)
    if size > QUERIES:
        sample = np.sort(np.random.default_rng(seed).choice(size, QUERIES, replace=False))
    neighbours = nearest_neighbours(embedding, k + 1)[0][:, 1:]
    distances = euclidean_distances(space[sample], space)
    distances[np.arange(len(sample)), sample] = -np.inf  # the point itself has rank 0
    in_space = np.take_along_axis(distances, neighbours[sample], axis=1)
    ranks = np.stack([(distances < d[:, None]).sum(axis=1) for d in in_space.T], axis=1)
    return 1 - float(np.maximum(ranks - k, 0).sum()) / (len(sample) * worst)
