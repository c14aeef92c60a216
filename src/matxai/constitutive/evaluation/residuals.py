"""Residuals of the predicted stress: quantiles by strain, and their distribution."""

import numpy as np
import pandas as pd

from matxai.constitutive.laws import Array

QUANTILES = {"q05": 0.05, "median": 0.5, "q95": 0.95}


def residual_quantiles(strain: Array, residual: Array, bins: int = 20) -> pd.DataFrame:
    """Compute quantiles of the residuals (rows,) within equal bins of the strain (rows,).

    Returns:
        Table with the columns bin_low, bin_high (strain), rows, q05, median, q95 (NaN in an empty bin).
    """
    edges = np.histogram_bin_edges(strain, bins)
    place = np.clip(np.searchsorted(edges, strain, side="right") - 1, 0, bins - 1)
    grouped = pd.Series(residual).groupby(place)
    table = pd.DataFrame({"bin_low": edges[:-1], "bin_high": edges[1:]})
    rows = grouped.size().reindex(table.index, fill_value=0)
    quantiles = {name: grouped.quantile(share) for name, share in QUANTILES.items()}
    return table.assign(rows=rows, **quantiles)


def residual_histogram(residual: Array, group: pd.Series, bins: int = 80) -> pd.DataFrame:
    """Compute densities of the residuals (rows,) of each group (rows,) over the same bins.

    The bins are equal over the bulk of the residuals. Outliers widen the outer two, so that each density
    integrates to 1.

    Returns:
        Table with the columns bin_low, bin_high, density (1 / unit of the residual), group.
    """
    edges = np.linspace(*bulk(residual), bins + 1)
    edges[0], edges[-1] = min(edges[0], residual.min()), max(edges[-1], residual.max())
    tables = []
    for name in group.drop_duplicates():
        density, _ = np.histogram(residual[(group == name).to_numpy()], edges, density=True)
        columns = {"bin_low": edges[:-1], "bin_high": edges[1:], "density": density, "group": name}
        tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True)


def bulk(residual: Array) -> tuple[float, float]:
    """Return the range of the residuals, at most twice that of their inner 99.8 %."""
    inner = np.quantile(residual, [0.001, 0.999])
    margin = float(np.ptp(inner)) / 2 or 0.05 * float(np.ptp(residual)) or 0.5
    low = max(float(residual.min()) - margin / 10, float(inner[0]) - margin)
    high = min(float(residual.max()) + margin / 10, float(inner[1]) + margin)
    return low, high
