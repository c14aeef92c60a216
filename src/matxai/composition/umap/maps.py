"""Local and global UMAPs of a network: each element's vectors, and whole compositions, layer by layer.

After Wang et al. 2022 (Integr. Mater. Manuf. Innov. 11:41).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from matxai.composition.network.crabnet import CrabNet
from matxai.composition.settings.analyses import GlobalUmap, LocalUmap
from matxai.composition.umap.fit import START, fit_map
from matxai.composition.umap.layer_vectors import LayerVectors, Vectors, collapsed, layer_vectors
from matxai.composition.umap.points import ALL, ChosenPoints, Rows, choose_points, occurrences
from matxai.run.progress import progress

KINDS = ("value", "context")
GLOBAL_COLUMNS = [
    "reduced", "formula", "part", "compounds", "target", "prediction", "error", "elements",
    "en_deviation", "en_difference", "ionic",
]  # fmt: skip


@dataclass(frozen=True)
class Maps:
    """Coordinates, a row a composition and map; and a row a map on how far it can be trusted.

    ``local_points``: element, layer, kind (value, context), the columns of `umap.points.occurrences`,
    point (a number for each distinct vector), x, y. ``global_points``: layer, ``GLOBAL_COLUMNS``, x, y.
    ``stability``: scope (local, global), element, layer, kind, available (compositions), compositions
    (drawn from these), points (distinct vectors among them), neighbours, min_dist, seeds, start (the same
    for all seeds), trustworthiness, overlap, chance (see `umap.fit.Map`), skipped (why there is no map,
    or empty).
    """

    local_points: pd.DataFrame
    global_points: pd.DataFrame
    stability: pd.DataFrame


@dataclass(frozen=True)
class _Asked:
    """A map to fit: its names, table rows, their vectors, and which of these are the same."""

    names: dict[str, Any]
    rows: pd.DataFrame
    vectors: Vectors
    point: Rows
    neighbours: int
    min_dist: float
    seeds: tuple[int, ...]


def fit_maps(
    network: CrabNet,
    table: pd.DataFrame,
    local_umap: LocalUmap | None,
    global_umap: GlobalUmap | None,
) -> Maps:
    """Fit every map of ``table`` (`umap.points.compositions`); None switches local or global ones off.

    The network runs once, over no more than what stands in a map.
    """
    chosen = choose_points(table, local_umap, global_umap)
    total = len(network.layers) * (len(KINDS) * len(chosen.held) + bool(global_umap))
    found: dict[str, list[pd.DataFrame]] = {"local": [], "global": []}
    stability = []
    for asked in progress(_asked(network, chosen, local_umap, global_umap), "UMAP maps", total):
        row, points = _fitted(asked, chosen.available[asked.names["element"]])
        stability.append(row)
        place = points[asked.point] if points is not None else np.empty((0, 2), np.float32)
        rows = asked.rows.assign(point=asked.point).iloc[: len(place)]
        rows = rows.assign(x=place[:, 0], y=place[:, 1])
        names = {name: asked.names[name] for name in ("element", "layer", "kind")}
        for position, (name, value) in enumerate(names.items()):
            rows.insert(position, name, value)
        found[asked.names["scope"]].append(rows)
    order = [*chosen.held, ALL]
    tables = {scope: _joined(frames, order) for scope, frames in found.items()}
    return Maps(
        tables["local"],
        tables["global"].drop(columns=["element", "kind", "point"], errors="ignore"),
        _joined([pd.DataFrame(stability)], order),
    )


def _asked(
    network: CrabNet,
    chosen: ChosenPoints,
    local_umap: LocalUmap | None,
    global_umap: GlobalUmap | None,
) -> Iterator[_Asked]:
    """All maps, layer by layer."""
    for vectors in layer_vectors(network, chosen.compounds):
        for element in chosen.held:
            assert local_umap
            yield from _asked_locally(vectors, chosen, element, local_umap)
        if global_umap:
            size = len(chosen.drawn)
            yield _Asked(
                {"scope": "global", "element": ALL, "layer": vectors.number, "kind": "collapsed"},
                chosen.table.iloc[chosen.drawn][GLOBAL_COLUMNS],
                collapsed(vectors.context, chosen.compounds.offsets.numpy(), chosen.drawn),
                np.arange(size),
                global_umap.neighbours,
                published_spread(size) if global_umap.min_dist is None else global_umap.min_dist,
                global_umap.seeds,
            )


def _asked_locally(
    vectors: LayerVectors, chosen: ChosenPoints, element: str, local_umap: LocalUmap
) -> Iterator[_Asked]:
    """The two maps of one element in one layer."""
    rows = occurrences(chosen.table.iloc[chosen.held[element]], element)
    tokens = chosen.tokens(element)
    first = vectors.number == 1
    for kind, every in zip(KINDS, (vectors.value, vectors.context), strict=True):
        point = np.arange(len(rows))
        if first and kind == "value" and len(rows):
            # What the first layer reads is the element and its fraction, nothing of its neighbours.
            point = np.unique(rows["fraction"].round(6), return_inverse=True)[1]
        yield _Asked(
            {"scope": "local", "element": element, "layer": vectors.number, "kind": kind},
            rows.drop(columns="element"),
            every[tokens],
            point,
            local_umap.neighbours,
            local_umap.min_dist_first if first else local_umap.min_dist,
            local_umap.seeds,
        )


def published_spread(points: int) -> float:
    """The published min_dist of a global map by its number of points."""
    if points > 100_000:
        return 0.5
    return 0.4 if points > 4_000 else 0.2


def _fitted(asked: _Asked, available: int) -> tuple[dict[str, Any], Vectors | None]:
    """The row of the stability table; coordinates of the distinct points, None if there is no map."""
    number, first = np.unique(asked.point, return_index=True)
    reason = _too_few(len(asked.rows), len(number), 2 * asked.neighbours, asked.names["element"])
    row: dict[str, Any] = asked.names | {
        "available": available,
        "compositions": len(asked.rows),
        "points": len(number),
        "neighbours": asked.neighbours,
        "min_dist": asked.min_dist,
        "seeds": " ".join(map(str, asked.seeds)),
        "start": START,
    }
    if reason:
        none = dict.fromkeys(("trustworthiness", "overlap", "chance"), float("nan"))
        return row | none | {"skipped": reason}, None
    fitted = fit_map(asked.vectors[first], asked.neighbours, asked.min_dist, asked.seeds)
    values = {name: getattr(fitted, name) for name in ("trustworthiness", "overlap", "chance")}
    return row | values | {"skipped": ""}, fitted.coordinates


def _too_few(rows: int, points: int, needed: int, element: str) -> str:
    """Why a map is not drawn, or nothing."""
    holding = "" if element == ALL else f" with {element}"
    if rows < needed:
        return f"{rows} compositions{holding}, a map needs {needed}"
    if points < needed:
        return f"{points} different vectors in {rows} compositions{holding}, a map needs {needed}"
    return ""


def _joined(tables: list[pd.DataFrame], order: list[str]) -> pd.DataFrame:
    """One table, elements in the order asked for, then by layer; numbers of rows from 0."""
    if not tables:
        return pd.DataFrame()
    table = pd.concat(tables, ignore_index=True)
    place = table["element"].map({name: number for number, name in enumerate(order)})
    return table.loc[
        table.assign(place=place).sort_values(["place", "layer"], kind="stable").index
    ].reset_index(drop=True)
