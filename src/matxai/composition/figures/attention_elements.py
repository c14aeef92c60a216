"""Which elements attend to which, on average: a map of query against key elements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure

from matxai.composition.attention.elements import ALL
from matxai.composition.data.formulas import HEAVIEST, NUMBER_OF
from matxai.plotting.style import (
    ABSENT,
    DIVERGING,
    LARGE_WIDTH,
    empty_figure,
    require_columns,
    stagger,
    styled,
    wrapped,
)

if TYPE_CHECKING:
    import pandas as pd
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
    pairs whose 95 % interval holds it; pairs that fewer than ``minimum`` compositions hold are grey, those
    that none holds are blank.
    """
    pairs = pair_map(table, minimum)
    size = len(pairs.symbols)
    if not pairs.shown.any():
        return empty_figure(f"no two elements stand together in {minimum} captured compositions")
    width = float(np.clip(2 + size * LARGE_WIDTH / HEAVIEST, 5.5, LARGE_WIDTH))
    side = width - 2  # inches: labels left and below, colours right, text above
    note = (
        "Mean of all layers and heads. 1: uniform attention; dot: the 95 % interval holds 1; "
        f"grey: fewer than {minimum} compositions; "
        "blank: none."
    )
    room = int(11 * (width - 0.75))
    text = f"{wrapped(title, room)}\n{wrapped(note, room)}".strip()
    height = side + 0.95 + 0.17 * (text.count("\n") + 1)
    figure = Figure(figsize=(width, height))
    figure.set_layout_engine("none")
    axes = figure.add_axes(
        (0.75 / width, 0.75 / height, side / width, side / height), aspect="equal"
    )
    few = np.ma.array(np.zeros((size, size)), mask=~pairs.few)
    axes.imshow(few, cmap=ListedColormap([ABSENT]), label="few")
    image = axes.imshow(
        np.ma.masked_invalid(pairs.colour), cmap=DIVERGING, norm=Normalize(-LIMIT, LIMIT),
        label="ratio",
    )  # fmt: skip
    query, key = np.nonzero(pairs.uniform)
    dot = float(np.clip(72 * side / size / 5, 1, 5))
    axes.plot(key, query, "o", color="black", markersize=dot, markeredgewidth=0, gid="uniform")
    font = float(np.clip(620 / size, 6, 10))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(range(size), pairs.symbols)
        stagger(axis, font, 1.6 * font if size > 55 else 0)
    axes.spines[:].set_visible(True)
    axes.set(xlabel="Key element", ylabel="Query element")
    bar = figure.colorbar(
        image, cax=axes.inset_axes((1.02, 0.2, 0.025, 0.6)), ticks=range(-LIMIT, LIMIT + 1),
        extend="both",
    )  # fmt: skip
    bar.ax.set_yticklabels([f"{2.0**tick:g}" for tick in range(-LIMIT, LIMIT + 1)])
    bar.set_label(wrapped(LABEL, 40))
    figure.text(0.75 / width, 1 - 0.08 / height, text, va="top", size=10)
    return figure


def views_of(table: pd.DataFrame) -> list[tuple[str, str]]:
    """Layers and heads of the table as text, the mean of all first."""
    pairs: Any = table[["layer", "head"]].astype(str).drop_duplicates()
    return [(str(layer), str(head)) for layer, head in pairs.itertuples(index=False)]
