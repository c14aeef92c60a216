"""Which elements attend to which, on average: query against key elements, as a map and as a page."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from matxai.composition.attention.tables import ALL
from matxai.composition.data.formulas import NUMBER_OF
from matxai.plotting import style
from matxai.plotting.heat_map import draw_heat_map, heat_map_axes
from matxai.plotting.heat_map_page import heat_map_page
from matxai.plotting.page import plain_numbers

COLUMNS = ("layer", "head", "query", "key", "compounds", "weight", "ratio", "ci_low", "ci_high")
LIMIT = 2  # of the colours, in log2: from a quarter of uniform attention to four times
_TICKS = list(range(-LIMIT, LIMIT + 1))
_RATIOS = [f"{2.0**tick:g}" for tick in _TICKS]
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
    style.require_columns(table, COLUMNS, "element attention")
    symbols = sorted(set(table["query"]), key=NUMBER_OF.__getitem__)
    places = {symbol: place for place, symbol in enumerate(symbols)}
    rows = table[(table["layer"].astype(str) == layer) & (table["head"].astype(str) == head)]
    at = (rows["query"].map(places).to_numpy(int), rows["key"].map(places).to_numpy(int))
    columns = {}
    for column in COLUMNS[4:]:
        columns[column] = np.full((len(symbols), len(symbols)), np.nan)
        columns[column][at] = rows[column].to_numpy(float)
    return PairMap(symbols, columns, columns["compounds"] >= minimum)


@style.styled
def element_attention_map(table: pd.DataFrame, minimum: int, title: str = "") -> Figure:
    """Draw the mean of all layers and heads: query elements downwards, key elements to the right.

    Colours are on a logarithmic scale around uniform attention, the same in every figure. A dot marks
    pairs whose 95 % interval holds it; pairs that too few compositions hold are grey, those that none
    holds are blank. ``table``: rows of `element_attention`. ``minimum``: compositions that must hold a
    pair.
    """
    pairs = pair_map(table, minimum)
    if not pairs.shown.any():
        return style.empty_figure(
            f"no two elements stand together in {minimum} captured compositions"
        )
    note = (
        "Mean of all layers and heads. 1: uniform attention; dot: the 95 % interval holds 1; "
        f"grey: fewer than {minimum} compositions; blank: none."
    )
    figure, axes = heat_map_axes(pairs.symbols, pairs.symbols, title, note)
    scale = Normalize(-LIMIT, LIMIT)
    image = draw_heat_map(axes, pairs.colour, scale, absent=pairs.few, marked=pairs.uniform)
    axes.spines[:].set_visible(True)
    axes.set(xlabel="Key element", ylabel="Query element")
    place = axes.inset_axes((1.02, 0.2, 0.025, 0.6))
    bar = figure.colorbar(image, cax=place, ticks=_TICKS, extend="both")
    bar.ax.set_yticklabels(_RATIOS)
    bar.set_label(style.wrapped(LABEL, 40))
    return figure


def element_attention_page(table: pd.DataFrame, minimum: int) -> go.Figure:
    """Make the plotly twin of `element_attention_map` with every layer and head.

    Hovering shows both elements, the ratio to uniform attention with its 95 % interval, the mean weight
    and the number of compositions.
    """
    views: Any = table[["layer", "head"]].astype(str).drop_duplicates()  # the mean of all first
    maps = {view: pair_map(table, minimum, *view) for view in views.itertuples(False, None)}
    first = maps[ALL, ALL]
    counts = plain_numbers(first.columns["compounds"], 9)
    axes = {"x": first.symbols, "y": first.symbols}
    few = go.Heatmap(
        **axes, z=plain_numbers(np.where(first.few, 0, np.nan), 1), showscale=False, hoverongaps=False,
        colorscale=[[0, style.ABSENT], [1, style.ABSENT]], customdata=counts,
        hovertemplate="%{y} attends to %{x}<br>too few compositions: %{customdata}<extra></extra>",
    )  # fmt: skip
    look = {
        **axes, "text": counts, "zmin": -LIMIT, "zmax": LIMIT, "hoverongaps": False,
        "colorscale": style.colour_stops(style.DIVERGING),
        "colorbar": {
            "title": {"text": "weight × number<br>of elements<br>(1: uniform)"}, "len": 0.5,
            "tickvals": _TICKS, "ticktext": _RATIOS,
        },
        "hovertemplate": "<b>%{y}</b> attends to <b>%{x}</b><br>%{customdata[0]} times uniform (95 %: "
        "%{customdata[1]} to %{customdata[2]})<br>mean weight %{customdata[3]}<br>%{text} "
        "compositions<extra></extra>",
    }  # fmt: skip
    shown = {
        "mean of all" if layer == ALL else f"layer {layer}, head {head}": _shown(pairs)
        for (layer, head), pairs in maps.items()
    }
    return heat_map_page(shown, look, ("key element", "query element"), few)


def elements_caption(minimum: int, captured: str) -> str:
    """What the page says about itself; ``captured`` names the compounds."""
    return (
        "How strongly the query element (row) attends to the key element (column) by the weights that are "
        f"kept: weight times number of elements, averaged over the compositions of {captured} that hold "
        "both; 1 is uniform attention, intervals are 95 % t intervals over compositions. Grey: fewer than "
        f"{minimum} compositions; blank: none."
    )


def _shown(pairs: PairMap) -> dict[str, Any]:
    """Colours and hover numbers of one view."""
    shown = [
        plain_numbers(np.where(pairs.shown, pairs.columns[name], np.nan), 4)
        for name in ("ratio", "ci_low", "ci_high", "weight")
    ]
    numbers = [
        [None if row[0][i] is None else [part[i] for part in row] for i in range(len(row[0]))]
        for row in zip(*shown, strict=True)
    ]
    return {"z": plain_numbers(pairs.colour, 4), "customdata": numbers}
