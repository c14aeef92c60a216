"""Points in a plane that have no unit of their own, coloured by a quantity: what maps such as UMAP need."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.colors import Normalize, to_rgba, to_rgba_array
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from matxai.plotting.style import ABSENT, BLUE, GREEN, ORANGE, SEQUENTIAL, VERMILION, wrapped

CLIPPED = (1, 99)  # percentiles between which colours vary: one outlier would fade all others
CATEGORY_COLOURS = (BLUE, ORANGE, GREEN, VERMILION)
Ends = tuple[float, float]


@dataclass(frozen=True)
class Colouring:
    """A column of a table as a colour: its label with unit, and the columns that share its scale.

    ``categories``: the texts that the column may hold, a colour each; any other is grey. ``clipped``: the
    scale leaves 1 % out at either end.
    """

    column: str
    label: str
    shared: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    clipped: bool = True

    def limits(self, table: pd.DataFrame) -> Ends:
        """Ends of the colour scale; of no meaning for categories."""
        if self.categories:
            return 0.0, 1.0
        columns = (table[name] for name in self.shared or (self.column,))
        return limits(*columns, percentiles=CLIPPED if self.clipped else (0, 100))

    def known(self, values: pd.Series) -> pd.Series:
        """Which values have a colour."""
        return values.isin(self.categories) if self.categories else values.notna()

    def colours(self) -> dict[str, str]:
        """The colour of each category."""
        return dict(zip(self.categories, CATEGORY_COLOURS, strict=False))


def limits(*columns: ArrayLike, percentiles: tuple[int, int] = CLIPPED) -> Ends:
    """Two percentiles of all finite values, widened where they are equal."""
    values = np.concatenate([np.asarray(column, dtype=np.float64) for column in columns])
    values = values[np.isfinite(values)]
    if not values.size:
        return 0.0, 1.0
    low, high = (float(end) for end in np.percentile(values, percentiles))
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def marker(points: int) -> tuple[float, float]:
    """Diameter (points of print) and opacity of a dot: smaller and fainter the more there are."""
    return float(np.clip(30 / np.sqrt(max(points, 1)), 1.6, 4.5)), 0.9 if points < 1000 else 0.65


def draw_points(
    axes: Axes, places: NDArray[np.float32], values: pd.Series, colouring: Colouring, ends: Ends
) -> None:
    """Draw ``places`` (points, 2) coloured by ``values``: grey without one, and below all others.

    Else they are drawn in a random order, the same each time, and not in that of the table.
    """
    order = np.random.default_rng(0).permutation(len(places))
    known = colouring.known(values).to_numpy()
    order = order[np.argsort(known[order], kind="stable")]
    diameter, alpha = marker(len(places))
    # Rasterized: thousands of points as shapes make megabytes of SVG.
    axes.scatter(
        places[order, 0], places[order, 1], s=diameter**2, c=_colours(values, colouring, ends)[order],
        alpha=alpha, linewidths=0, rasterized=True,
    )  # fmt: skip
    axes.set(xticks=[], yticks=[])


def _colours(values: pd.Series, colouring: Colouring, ends: Ends) -> NDArray[np.float64]:
    """Red, green, blue and opacity (points, 4)."""
    if colouring.categories:
        names = colouring.colours()
        return to_rgba_array([names.get(value, ABSENT) for value in values])
    colours = colormaps[SEQUENTIAL](Normalize(*ends)(values.to_numpy(np.float64)))
    colours[~colouring.known(values).to_numpy()] = to_rgba(ABSENT)
    return colours


def colour_bar(
    figure: Figure, colouring: Colouring, ends: Ends, values: pd.Series, **place: Any
) -> Colorbar:
    """Add the bar of a quantity; an end is pointed where values lie beyond it.

    ``place``: where, as ``Figure.colorbar`` takes it.
    """
    below, above = bool((values < ends[0]).any()), bool((values > ends[1]).any())
    extend = (("neither", "max"), ("min", "both"))[below][above]
    shown = ScalarMappable(Normalize(*ends), SEQUENTIAL)
    bar = figure.colorbar(shown, extend=extend, extendfrac=0.04, **place)
    bar.set_label(wrapped(colouring.label, 44 if bar.orientation == "horizontal" else 24))
    return bar


def say(axes: Axes, text: str) -> None:
    """Leave a panel empty but for why it is."""
    axes.set_axis_off()
    look: dict[str, Any] = {"transform": axes.transAxes, "ha": "center", "va": "center", "size": 8}
    axes.text(0.5, 0.5, wrapped(text, 20), **look)
