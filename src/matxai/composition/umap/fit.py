"""One UMAP map, reproducible by its seed (McInnes, Healy, Melville 2018, arXiv:1802.03426)."""

import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numba
import numpy as np
import umap

from matxai.composition.umap.neighbours import (
    Points,
    nearest_neighbours,
    neighbour_overlap,
    trustworthiness,
)

# With OpenMP, numba undoes the limit of threads that scikit-learn keeps to: ten times the CPU time there.
numba.config.THREADING_LAYER = "workqueue"  # type: ignore[attr-defined]

START = "pca"  # coordinates that the fit of every seed starts from


class Map(NamedTuple):
    """The map of the first seed, (points, 2) without unit, and how far it can be trusted.

    The overlap is the mean share of a point's neighbours that it keeps in the map of another seed, NaN for
    one seed; that of unrelated maps is ``chance``. All seeds start from ``START``, so that the effect of
    another start is not measured. Trustworthiness: `neighbours.trustworthiness`.
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
