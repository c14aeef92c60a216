"""How far the maps of a network can be trusted, in a few rows."""

import pandas as pd


def stability_summary(maps: pd.DataFrame) -> pd.DataFrame:
    """Summarise `maps.Maps.stability` over the elements.

    One row per scope, layer and kind: scope, layer, kind; maps and skipped (how many were fitted and how
    many not); trustworthiness_median, _min, _max over the fitted maps, NaN without any, and the same of
    overlap and chance (`fit.Map`).
    """
    keys = ["scope", "layer", "kind"]
    fitted = maps["skipped"] == ""
    table = maps.assign(maps=fitted, skipped=~fitted).groupby(keys, sort=False)
    values = table[["trustworthiness", "overlap", "chance"]].agg(["median", "min", "max"])
    values.columns = ["_".join(name) for name in values.columns]
    return table[["maps", "skipped"]].sum().join(values).reset_index()
