"""Which elements attend to which, on average: a map of query against key elements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import Normalize

from matxai.composition.attention.elements import ALL
from matxai.composition.data.formulas import NUMBER_OF
from matxai.plotting.heat_map import draw_heat_map, heat_map_axes
from matxai.plotting.style import empty_figure, require_columns, styled, wrapped

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

COLUMNS = ("layer", "head", "query", "key", "compounds", "weight", "ratio", "ci_low", "ci_high")
LIMIT = 2  # of the colours, in log2: from a quarter of uniform attention to four times
LABEL = "Attention relative to uniform (weight × number of elements)"


@dataclass(frozen=True)
class PairMap:
    """One layer and head as matrices (query, key), NaN where no compound holds both.

    ``symbols``: the elements present, by atomic number; ``columns`` of the table;
    ``shown``: pairs that enough compounds hold.
    """

    symbols: list[str]
    columns: dict[str, NDArray[np.float64]]
    shown: NDArray[np.bool_]

    @property
    def colour(self) -> NDArray[np.float64]:
        """log2 of the ratio within the limits of the colours, NaN where not shown."""
        least = 2.0**-LIMIT
        ratio = np.where(self.shown, self.columns["ratio"], np.nan)
        return np.log2(np.clip(ratio, least, 1 / least))

    @property
    def few(self) -> NDArray[np.bool_]:
        """Pairs that some compounds hold, but too few."""
        return np.isfinite(self.columns["compounds"]) & ~self.shown

    @property
    def uniform(self) -> NDArray[np.bool_]:
        """Shown pairs whose interval holds uniform attention."""
        return self.shown & ~(self.columns["ci_low"] > 1) & ~(self.columns["ci_high"] < 1)


def pair_map(table: pd.DataFrame, minimum: int, layer: str = ALL, head: str = ALL) -> PairMap:
    """The map of one layer and head (both as text) of `element_attention`'s table."""
    require_columns(table, COLUMNS, "element attention")
    symbols = sorted(set(table["query"]), key=NUMBER_OF.__getitem__)
    places = {symbol: place for place, symbol in enumerate(symbols)}
    rows = table[(table["layer"].astype(str) == layer) & (table["head"].astype(str) == head)]
    at = (rows["query"].map(places).to_numpy(int), rows["key"].map(places).to_numpy(int))
    columns = {}
    for column in COLUMNS[4:]:
        columns[column] = np.full((len(symbols), len(symbols)), np.nan)
        columns[column][at] = rows[column].to_numpy(float)
    return PairMap(symbols, columns, columns["compounds"] >= minimum)


@styled
def element_attention_map(table: pd.DataFrame, minimum: int, title: str = "") -> Figure:
    """Draw the mean of all layers and heads: query elements downwards, key elements to the right.

    Colours are on a logarithmic scale around uniform attention, the same in every figure. A dot marks
    pairs whose 95 % interval holds it; pairs that too few compositions hold are grey, those that none
    holds are blank.

    Args:
        table: Rows of `element_attention`.
        minimum: Compositions that must hold a pair.
        title: What stands above the map.
    """
    pairs = pair_map(table, minimum)
    if not pairs.shown.any():
        return empty_figure(f"no two elements stand together in {minimum} captured compositions")
    note = (
        "Mean of all layers and heads. 1: uniform attention; dot: the 95 % interval holds 1; "
        f"grey: fewer than {minimum} compositions; blank: none."
    )
    figure, axes = heat_map_axes(pairs.symbols, pairs.symbols, title, note)
    image = draw_heat_map(
        axes, pairs.colour, Normalize(-LIMIT, LIMIT), absent=pairs.few, marked=pairs.uniform
    )
    axes.spines[:].set_visible(True)
    axes.set(xlabel="Key element", ylabel="Query element")
    place = axes.inset_axes((1.02, 0.2, 0.025, 0.6))
    bar = figure.colorbar(image, cax=place, ticks=range(-LIMIT, LIMIT + 1), extend="both")
    bar.ax.set_yticklabels([f"{2.0**tick:g}" for tick in range(-LIMIT, LIMIT + 1)])
    bar.set_label(wrapped(LABEL, 40))
    return figure


def views_of(table: pd.DataFrame) -> list[tuple[str, str]]:
    """Layers and heads of the table as text, the mean of all first."""
    pairs: Any = table[["layer", "head"]].astype(str).drop_duplicates()
    return [(str(layer), str(head)) for layer, head in pairs.itertuples(index=False)]
