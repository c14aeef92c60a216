"""Maps of points such as UMAP's, coloured by a quantity: as figures, and as pages with menus.

The plane has no unit of its own. The menus choose the group of points, the map and the colouring.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.colors import Normalize, to_rgba, to_rgba_array
from matplotlib.figure import Figure
from numpy.typing import NDArray

from matxai.plotting import style
from matxai.plotting.page import plain_numbers, write_page
from matxai.plotting.quantities import axis_label

DATA_FILES = ("map_page.js",)  # read by the staleness tracking
CLIPPED = (1, 99)  # percentiles between which colours vary: one outlier would fade all others
CATEGORY_COLOURS = (style.BLUE, style.ORANGE, style.GREEN, style.VERMILION)
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
        """Ends of the colour scale, widened where they are equal; of no meaning for categories."""
        if self.categories:
            return 0.0, 1.0
        values = table[list(self.shared or (self.column,))].to_numpy(np.float64)
        values = values[np.isfinite(values)]
        if not values.size:
            return 0.0, 1.0
        low, high = np.percentile(values, CLIPPED if self.clipped else (0, 100)).tolist()
        return (low, high) if high > low else (low - 0.5, high + 0.5)

    def known(self, values: pd.Series) -> pd.Series:
        """Which values have a colour."""
        return values.isin(self.categories) if self.categories else values.notna()

    def colours(self) -> dict[str, str]:
        """The colour of each category."""
        return dict(zip(self.categories, CATEGORY_COLOURS, strict=False))


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
    if colouring.categories:
        names = colouring.colours()
        colours = to_rgba_array([names.get(value, style.ABSENT) for value in values])
    else:
        colours = colormaps[style.SEQUENTIAL](Normalize(*ends)(values.to_numpy(np.float64)))
        colours[~known] = to_rgba(style.ABSENT)
    diameter, alpha = marker(len(places))
    # Rasterized: thousands of points as shapes make megabytes of SVG.
    look: dict[str, Any] = {"alpha": alpha, "linewidths": 0, "rasterized": True}
    x, y = places[order].T
    axes.scatter(x, y, s=diameter**2, c=colours[order], **look)
    axes.set(xticks=[], yticks=[])


def colour_bar(
    figure: Figure, colouring: Colouring, ends: Ends, values: pd.Series, **place: Any
) -> Colorbar:
    """Add the bar of a quantity; an end is pointed where values lie beyond it.

    ``place``: where, as ``Figure.colorbar`` takes it.
    """
    below, above = bool((values < ends[0]).any()), bool((values > ends[1]).any())
    extend = (("neither", "max"), ("min", "both"))[below][above]
    shown = ScalarMappable(Normalize(*ends), style.SEQUENTIAL)
    bar = figure.colorbar(shown, extend=extend, extendfrac=0.04, **place)
    bar.set_label(style.wrapped(colouring.label, 44 if bar.orientation == "horizontal" else 24))
    return bar


def point_group(
    name: str, table: pd.DataFrame, text: pd.Series, maps: Mapping[str, pd.DataFrame | str],
    colourings: list[Colouring],
) -> dict[str, Any]:  # fmt: skip
    """Make one entry of the first menu, JSON-plain: points with their maps and colourings.

    ``name``: in the menu. ``table``: one row per point, with the columns of ``colourings``. ``text``: the
    heading of each point when hovered over. ``maps``: by name, columns x, y and, optionally, same (how
    many points share the place), in the rows of ``table``; or the reason why there is none.
    """
    colours = []
    for colouring in colourings:
        values = table[colouring.column]
        plain = plain_numbers(values, 5) if values.dtype.kind in "if" else list(values)
        entry = {"name": colouring.label, "values": plain, "ends": list(colouring.limits(table))}
        if colouring.categories:
            others = dict.fromkeys(values[~colouring.known(values)].unique(), style.ABSENT)
            names = others | colouring.colours()
            entry["categories"] = [list(pair) for pair in names.items()]
        colours.append(entry)
    places = [{"name": key, **_places(found)} for key, found in maps.items()]
    return {"name": name, "text": list(text), "maps": places, "colours": colours}


def map_page(groups: list[dict[str, Any]], group_label: str = "") -> go.Figure:
    """Make the figure of some `point_group`; an empty ``group_label`` shows no menu for the only one."""
    figure = go.Figure()
    axis: dict[str, Any] = {"showticklabels": False, "showgrid": False, "zeroline": False}
    axis |= {"showline": True, "mirror": True, "linecolor": style.GUIDE}
    figure.update_layout(
        template="plotly_white", height=760, margin={"l": 40, "r": 20, "t": 36, "b": 40},
        xaxis={**axis, "title": {"text": axis_label("umap_1")}},
        yaxis={**axis, "title": {"text": axis_label("umap_2")}},
        meta={"groups": groups, "group_label": group_label, "absent": style.ABSENT,
              "scale": style.colour_stops(style.SEQUENTIAL)},
    )  # fmt: skip
    return figure


def write_map_page(figure: go.Figure, path: str | Path, title: str, caption: str) -> None:
    """Write the figure of `map_page` with the menus that make it one."""
    script = Path(__file__).with_name(DATA_FILES[0]).read_text(encoding="utf-8")
    write_page(figure, path, title, caption, script)


def _places(places: pd.DataFrame | str) -> dict[str, Any]:
    if isinstance(places, str):
        return {"skipped": places}
    columns: dict[str, Any] = {name: plain_numbers(places[name], 5) for name in "xy"}
    if "same" in places:
        columns["same"] = [int(count) for count in places["same"]]
    return columns
