"""One UMAP map, the same again for the same seed (McInnes, Healy, Melville 2018, arXiv:1802.03426)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import umap
from numpy.typing import NDArray

from matxai.composition.umap.neighbours import nearest, neighbour_overlap, trustworthiness

Points = NDArray[np.float32]

START = "pca"  # coordinates that the fit of every seed starts from


class Map(NamedTuple):
    """``coordinates`` (points, 2) of the first seed, without unit; how far they can be trusted.

    ``trustworthiness`` of the shown map; ``overlap``: mean share of a point's neighbours that it has in
    common with the map of another seed (NaN for one seed); ``chance``: the same for unrelated maps. All
    seeds start from the same ``START``: the overlap is agreement given that start, and says nothing of
    how much of the map another start would change.
    """

    coordinates: Points
    trustworthiness: float
    overlap: float
    chance: float


def fit_map(vectors: Points, neighbours: int, min_dist: float, seeds: Sequence[int]) -> Map:
    """Map distinct vectors (points, features) to the plane by Euclidean distance, once for each seed.

    It starts from the first two principal components, which keep the large distances (Kobak and
    Linderman 2021, Nat. Biotechnol. 39:156) and need no connected graph, unlike the eigenvectors that
    umap-learn starts from. Neighbours are exact. A fixed seed makes umap-learn compute on one thread.
    """
    found = nearest(vectors, neighbours)
    maps = []
    for seed in seeds:
        mapper = umap.UMAP(
            n_neighbors=neighbours,
            min_dist=min_dist,
            metric="euclidean",
            init=START,
            random_state=seed,
            n_jobs=1,
            # A copy: umap-learn marks what it cuts off in place.
            precomputed_knn=(found[0].copy(), found[1].copy()),
        )
        with warnings.catch_warnings():
            # Neighbours given without an index cannot place new points, and none come.
            warnings.filterwarnings("ignore", "precomputed_knn", UserWarning)
            maps.append(mapper.fit_transform(vectors))
    overlaps = [neighbour_overlap(maps[0], other, neighbours) for other in maps[1:]]
    return Map(
        maps[0],
        trustworthiness(vectors, maps[0], neighbours),
        float(np.mean(overlaps)) if overlaps else float("nan"),
        neighbours / (len(vectors) - 1),
    )
