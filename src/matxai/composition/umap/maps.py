"""Local and global UMAPs of a network: vectors of single elements, and of whole compositions.

The maps are those of Wang et al. 2022 (Integr. Mater. Manuf. Innov. 11:41).
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from matxai.composition.network.crabnet import CrabNet
from matxai.composition.settings.analyses import GlobalUmap, LocalUmap
from matxai.composition.umap.fit import START, Map, fit_map
from matxai.composition.umap.layer_vectors import LayerVectors, Vectors, collapse, layer_vectors
from matxai.composition.umap.points import ALL, MapPoints, Rows, occurrences, sample_points
from matxai.run.progress import progress

KINDS = ("value", "context")
GLOBAL_COLUMNS = [
    "reduced", "formula", "part", "compounds", "target", "prediction", "error", "elements",
    "en_deviation", "en_difference", "ionic",
]  # fmt: skip


class Maps(NamedTuple):
    """Coordinates of all points, and how far each map can be trusted.

    Attributes:
        local_points: One row per composition and local map: element, layer, kind (value, context), the
            columns of `points.occurrences`, point (number of the distinct vector), x, y.
        global_points: One row per composition and global map: layer, ``GLOBAL_COLUMNS``, x, y.
        stability: One row per map: scope (local, global), element, layer, kind, available (compositions),
            compositions (sampled from these), points (distinct vectors among them), neighbours,
            min_dist, seeds, start (the same for all seeds), trustworthiness, overlap, chance (`fit.Map`),
            skipped (why there is no map, or empty).
    """

    local_points: pd.DataFrame
    global_points: pd.DataFrame
    stability: pd.DataFrame


class _MapTask(NamedTuple):
    """A map to fit; ``labels`` are the first columns of its row in the table of stability."""

    labels: dict[str, Any]
    rows: pd.DataFrame  # of the table of points
    vectors: Vectors  # of these rows (rows, width)
    point: Rows  # number of the distinct vector of each row
    min_dist: float
    settings: LocalUmap | GlobalUmap


def fit_maps(
    network: CrabNet,
    table: pd.DataFrame,
    local_umap: LocalUmap | None,
    global_umap: GlobalUmap | None,
) -> Maps:
    """Fit every map of ``table`` (`points.compositions`); None switches local or global maps off.

    The network runs once, on the compositions that are points of a map.
    """
    points = sample_points(table, local_umap, global_umap)
    total = len(network.layers) * (len(KINDS) * len(points.local_rows) + bool(global_umap))
    tasks = _tasks(network, points, local_umap, global_umap)
    fitted = [_fit(task, points.available) for task in progress(tasks, "UMAP maps", total)]
    order = [*points.local_rows, ALL]
    fitted.sort(key=lambda pair: (order.index(pair[0]["element"]), pair[0]["layer"]))
    local, whole = (
        [rows for row, rows in fitted if row["scope"] == scope] for scope in ("local", "global")
    )
    return Maps(
        pd.concat(local, ignore_index=True) if local else pd.DataFrame(),
        pd.concat(whole, ignore_index=True) if whole else pd.DataFrame(),
        pd.DataFrame([row for row, _ in fitted]),
    )


def _tasks(
    network: CrabNet,
    points: MapPoints,
    local_umap: LocalUmap | None,
    global_umap: GlobalUmap | None,
) -> Iterator[_MapTask]:
    """Yield all maps to fit, layer by layer."""
    for vectors in layer_vectors(network, points.compounds):
        if local_umap:
            for element in points.local_rows:
                yield from _local_tasks(vectors, points, element, local_umap)
        if global_umap:
            rows = points.table.iloc[points.global_rows][GLOBAL_COLUMNS]
            rows.insert(0, "layer", vectors.number)
            min_dist = global_umap.min_dist
            yield _MapTask(
                {"scope": "global", "element": ALL, "layer": vectors.number, "kind": "collapsed"},
                rows,
                collapse(vectors.context, points.compounds.offsets.numpy(), points.global_rows),
                np.arange(len(rows)),
                published_min_dist(len(rows)) if min_dist is None else min_dist,
                global_umap,
            )


def _local_tasks(
    vectors: LayerVectors, points: MapPoints, element: str, local_umap: LocalUmap
) -> Iterator[_MapTask]:
    """Yield the two maps of one element in one layer."""
    rows = occurrences(points.table.iloc[points.local_rows[element]], element)
    rows.insert(1, "layer", vectors.number)
    tokens = points.tokens(element)
    first = vectors.number == 1
    for kind, states in zip(KINDS, (vectors.value, vectors.context), strict=True):
        point = np.arange(len(rows))
        if first and kind == "value" and len(rows):
            # The first layer reads the element and its fraction, and nothing of its neighbours.
            point = np.unique(rows["fraction"].round(6), return_inverse=True)[1]
        own = rows.assign(point=point)
        own.insert(2, "kind", kind)
        yield _MapTask(
            {"scope": "local", "element": element, "layer": vectors.number, "kind": kind},
            own,
            states[tokens],
            point,
            local_umap.min_dist_first if first else local_umap.min_dist,
            local_umap,
        )


def published_min_dist(points: int) -> float:
    """Return the published min_dist of a global map with this number of points."""
    if points > 100_000:
        return 0.5
    return 0.4 if points > 4_000 else 0.2


def _fit(task: _MapTask, available: dict[str, int]) -> tuple[dict[str, Any], pd.DataFrame]:
    """Return the row of the stability table, and the points of the map if there is one."""
    number, first = np.unique(task.point, return_index=True)
    settings, element, size = task.settings, task.labels["element"], len(task.rows)
    needed, compositions = 2 * settings.neighbours, f"{size} compositions"
    if element != ALL:
        compositions += f" with {element}"
    point, reason = task.point[:0], ""
    fitted = Map(np.empty((0, 2), np.float32), np.nan, np.nan, np.nan)
    if size < needed:
        reason = f"{compositions}, a map needs {needed}"
    elif len(number) < needed:
        reason = f"{len(number)} different vectors in {compositions}, a map needs {needed}"
    else:
        point, vectors = task.point, task.vectors[first]
        options = settings.epochs, settings.seeds
        fitted = fit_map(vectors, settings.neighbours, task.min_dist, *options)
    row = task.labels | {
        "available": available[element],
        "compositions": size,
        "points": len(number),
        "neighbours": settings.neighbours,
        "min_dist": task.min_dist,
        "seeds": " ".join(map(str, settings.seeds)),
        "start": START,
        "trustworthiness": fitted.trustworthiness,
        "overlap": fitted.overlap,
        "chance": fitted.chance,
        "skipped": reason,
    }
    x, y = fitted.coordinates[point].T
    return row, task.rows.iloc[: len(point)].assign(x=x, y=y)
