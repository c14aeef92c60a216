"""Attention by the weights that are kept: of a compound in every head, and of all pairs of elements."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from matxai.composition.attention.shown_compounds import ShownCompound
from matxai.composition.attention.tables import ALL
from matxai.composition.data.formulas import NUMBER_OF
from matxai.plotting import style
from matxai.plotting.heat_map import draw_heat_map, heat_map_axes
from matxai.plotting.image_grid import image_grid
from matxai.plotting.page import heat_map_page, plain_numbers

# Inches: least side of a matrix and of a cell; side of a cell under which a label stands upright.
_SIDE, _CELL, _UPRIGHT = 1.9, 0.3, 0.55
COLUMNS = ("layer", "head", "query", "key", "compounds", "weight", "ratio", "ci_low", "ci_high")
LIMIT = 2  # of the colours, in log2: from a quarter of uniform attention to four times
_TICKS = list(range(-LIMIT, LIMIT + 1))
_RATIOS = [f"{2.0**tick:g}" for tick in _TICKS]
LABEL = "Attention relative to uniform (weight × number of elements)"


@style.styled
def kept_attention(compound: ShownCompound) -> Figure:
    """Draw layers x heads matrices of the weights that are kept: query downwards, key to the right.

    Each cell holds its weight; the colours run from 0 to 1 in every figure. Prediction and true value
    stand in the title.
    """
    count = len(compound.labels)
    side = max(_SIDE, _CELL * count)
    font = float(np.clip(72 * side / count / 3.4, 5, 10))
    weights = compound.history.attention[compound.kept]
    room = {"left": 1.15, "below": 0.95, "least": style.HALF_WIDTH}
    return attention_grid(compound, weights, side, _title(compound), digits=2, font=font, **room)


@style.styled
def attention_grid(
    compound: ShownCompound, weights: NDArray[np.float32], side: float, title: str, **look: Any
) -> Figure:
    """Draw matrices of attention, layer by layer, with the names of layers, heads and elements.

    ``weights``: (layers, heads, queries, keys), each from 0 to 1; ``side``: inches of a matrix; ``look``:
    font, digits and room, as `image_grid` takes them. The first axes are those of the matrices.
    """
    layers, heads, count, _ = weights.shape
    figure = image_grid(
        list(weights.reshape(-1, count, count)),
        [f"head {head + 1}" if not layer else "" for layer, head in np.ndindex(layers, heads)],
        heads,
        "Attention: weight by which the query attends to the key",
        title,
        norm=Normalize(0, 1),
        row_names=[f"layer {layer + 1}" for layer in range(layers)],
        side=side,
        **look,
    )
    upright = side / count < _UPRIGHT
    below = [label if upright else label.replace(" ", "\n") for label in compound.labels]
    panels = figure.axes[: layers * heads]
    for axes in panels[::heads]:
        axes.set_yticks(range(count), compound.labels, size=8)
    for axes in panels[-heads:]:
        axes.set_xticks(range(count), below, rotation=90 if upright else 0, size=8)
    first, last = panels[0].get_position(), panels[-1].get_position()
    x, y = (first.x0 + last.x1) / 2, (first.y1 + last.y0) / 2
    width, height = figure.get_size_inches()
    figure.text(x, last.y0 - 0.8 / height, "Key element, fraction", ha="center")
    figure.text(0.08 / width, y, "Query element, fraction", va="center", rotation=90)
    return figure


def _title(compound: ShownCompound) -> str:
    history, value = compound.history, compound.target.value
    true = value(history.target) if np.isfinite(history.target) else "unknown"
    predicted = value(float(history.prediction[compound.kept]))
    epoch = f"epoch {history.epochs[compound.kept]:g}, whose weights are kept"
    return f"{compound.title}\n{epoch}: predicted {predicted}, true {true}"


class PairMap:
    """One layer and head (both as text) of `element_attention`'s table as matrices (query, key).

    Attributes:
        symbols: The elements of the whole table, by atomic number.
        columns: A matrix of each column, NaN where no compound holds both elements.
        shown: Pairs that at least ``minimum`` compounds hold.
        few: Pairs that some compounds hold, but too few.
        uniform: Shown pairs whose interval holds uniform attention.
        colour: log2 of the ratio within the limits of the colours, NaN where not shown.
    """

    def __init__(
        self, table: pd.DataFrame, minimum: int, layer: str = ALL, head: str = ALL
    ) -> None:
        style.require_columns(table, COLUMNS, "element attention")
        rows = table[(table["layer"].astype(str) == layer) & (table["head"].astype(str) == head)]
        self.symbols = sorted(set(table["query"]), key=NUMBER_OF.__getitem__)
        self.columns: dict[str, NDArray[np.float64]] = {}
        for name in COLUMNS[4:]:
            matrix = rows.pivot_table(name, "query", "key")
            matrix = matrix.reindex(index=self.symbols, columns=self.symbols)
            self.columns[name] = matrix.to_numpy(float)
        compounds, ratio, low, high = (
            self.columns[name] for name in ("compounds", "ratio", "ci_low", "ci_high")
        )
        self.shown = compounds >= minimum
        self.few = np.isfinite(compounds) & ~self.shown
        self.uniform = self.shown & ~(low > 1) & ~(high < 1)
        within = np.clip(np.where(self.shown, ratio, np.nan), 2.0**-LIMIT, 2.0**LIMIT)
        self.colour = np.log2(within)


@style.styled
def element_attention_map(table: pd.DataFrame, minimum: int, title: str = "") -> Figure:
    """Draw the mean of all layers and heads: query elements downwards, key elements to the right.

    Colours are on a logarithmic scale around uniform attention, the same in every figure. A dot marks
    pairs whose 95 % interval holds it; pairs that too few compositions hold are grey, those that none
    holds are blank. ``table``: rows of `element_attention`. ``minimum``: compositions that must hold a
    pair.
    """
    pairs = PairMap(table, minimum)
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
    bar = figure.colorbar(image, cax=place, extend="both")
    bar.set_ticks(_TICKS, labels=_RATIOS)
    bar.set_label(style.wrapped(LABEL, 40))
    return figure


def element_attention_page(table: pd.DataFrame, minimum: int) -> go.Figure:
    """Make the plotly twin of `element_attention_map` with every layer and head.

    Hovering shows both elements, the ratio to uniform attention with its 95 % interval, the mean weight
    and the number of compositions.
    """
    heads: Any = table[["layer", "head"]].astype(str).drop_duplicates()  # the mean of all first
    maps = {head: PairMap(table, minimum, *head) for head in heads.itertuples(False, None)}
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
    columns = [pairs.columns[name] for name in ("ratio", "ci_low", "ci_high", "weight")]
    numbers = [
        [None if cell[0] is None else cell for cell in row]
        for row in plain_numbers(np.where(pairs.shown, columns, np.nan).transpose(1, 2, 0), 4)
    ]
    return {"z": plain_numbers(pairs.colour, 4), "customdata": numbers}
