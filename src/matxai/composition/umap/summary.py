"""How far the maps of a network can be trusted, in a few rows: over elements, by layer and kind."""

from __future__ import annotations

import pandas as pd

_MEASURES = ["trustworthiness", "overlap", "chance"]
_STATISTICS = ["median", "min", "max"]


def stability_summary(maps: pd.DataFrame) -> pd.DataFrame:
    """Summarise `Maps.stability`: a row for each scope, layer and kind, in the order they come.

    Columns: scope, layer, kind, maps (how many are drawn), skipped (how many are not); of trustworthiness,
    overlap and chance, without unit (`umap.fit.Map`), the median, min and max over the drawn maps, NaN
    where there is none.
    """
    keys = ["scope", "layer", "kind"]
    drawn = maps["skipped"] == ""
    table = maps.assign(maps=drawn, skipped=~drawn).groupby(keys, sort=False)
    values = table[_MEASURES].agg(_STATISTICS)
    values.columns = ["_".join(name) for name in values.columns]
    return table[["maps", "skipped"]].sum().join(values).reset_index()
