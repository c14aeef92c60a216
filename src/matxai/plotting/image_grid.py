"""Panels of one size in rows and columns, and pictures in them with one colour scale."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from matxai.plotting.heat_map import draw_heat_map
from matxai.plotting.style import SEQUENTIAL, styled, wrapped

_BAR = 1.25  # inches on the right for a colour bar and its label


def panel_grid(
    rows: int, columns: int, size: tuple[float, float], title: str = "", *,
    gaps: tuple[float, float] = (0.12, 0.12), left: float = 0.15, right: float = _BAR,
    above: float = 0.3, below: float = 0.15, least: float = 0.0,
) -> tuple[Figure, NDArray[Any]]:  # fmt: skip
    """Make a figure of equal panels of ``size`` (width, height), and its axes (rows, columns).

    All sizes are inches and fixed: laying out dozens of panels automatically takes longer than drawing
    them. ``gaps``: between two columns and two rows. ``left``, ``right`` and ``below``: room around all
    panels; ``above``: between them and the title, whose lines are each wrapped. ``least``: width of the
    figure.
    """
    wide, high = columns * (size[0] + gaps[0]) - gaps[0], rows * (size[1] + gaps[1]) - gaps[1]
    width = max(least, left + wide + right)
    text = "\n".join(wrapped(line, int(11 * width)) for line in title.split("\n"))
    top = 0.2 + above + (0.2 * (text.count("\n") + 1) if title else 0)
    height = top + high + below
    figure = Figure(figsize=(width, height))
    figure.set_layout_engine("none")
    panels = figure.subplots(rows, columns, squeeze=False, gridspec_kw={
        "left": left / width, "right": (left + wide) / width, "bottom": below / height,
        "top": 1 - top / height, "wspace": gaps[0] / size[0], "hspace": gaps[1] / size[1],
    })  # fmt: skip
    if title:
        figure.suptitle(text, x=0.12 / width, y=1 - 0.1 / height, ha="left", va="top", size=11)
    return figure, panels


def row_bar(figure: Figure, panels: Sequence[Axes], width: float = 0.15) -> Axes:
    """Make the axes of a colour bar on the right of the panels, as high as they are together."""
    boxes = [axes.get_position() for axes in panels]
    low, high = min(box.y0 for box in boxes), max(box.y1 for box in boxes)
    whole = figure.get_figwidth()
    right = max(box.x1 for box in boxes) + 0.15 / whole
    return figure.add_axes((right, low, width / whole, high - low))


@styled
def image_grid(
    images: Sequence[NDArray[Any]], titles: Sequence[str], columns: int, label: str = "",
    title: str = "", *, norm: Normalize | None = None, colours: str = SEQUENTIAL,
    overlays: Sequence[NDArray[np.floating]] = (), row_names: Sequence[str] = (),
    digits: int | None = None, font: float = 9, side: float = 1.9, gap: float = 0.12,
    left: float | None = None, right: float | None = None, **room: float,
) -> Figure:  # fmt: skip
    """Draw pictures in rows of ``columns``, with one colour scale for all.

    ``images``: (height, width) or (height, width, 3), shaped as the first one; a value that is NaN is
    grey. ``norm``: the colour scale, by default from the least to the largest value. ``label``: what the
    colours mean; without it there is no colour bar. ``overlays``: (height, width) of any resolution, one
    per picture and drawn over it, half transparent and clear where they are NaN. The colours are then
    theirs, and pictures are grey. ``digits`` and ``font``: decimals and points of the values written into
    the pictures, by default none. ``side``: inches of the longer side of a picture. ``gap``: inches
    between two pictures, and between a title and the picture above it. ``left``, ``right``: inches beside
    all, by default what ``row_names`` and the colour bar need. ``room``: the rest, as for `panel_grid`.
    """
    values = np.concatenate([np.ravel(image) for image in overlays or images])
    norm = norm or Normalize(np.nanmin(values), np.nanmax(values))
    rows = -(-len(images) // columns)
    high, wide = (side * n / max(images[0].shape[:2]) for n in images[0].shape[:2])
    left = left or (0.55 if row_names else 0.15)
    right = right or (_BAR if label else 0.15)
    lines = max((name.count("\n") + 1 for name in titles[columns:] if name), default=0)
    gaps = gap, gap + (0.2 * lines + 0.05 if lines else 0)
    room |= {"left": left, "right": right}
    figure, panels = panel_grid(rows, columns, (wide, high), title, gaps=gaps, **room)
    for axes, image, name, overlay in zip_longest(panels.flat, images, titles, overlays):
        axes.set(xticks=[], yticks=[])
        if image is None:
            axes.set_axis_off()
            continue
        axes.set_title(name, size=10)
        if overlay is not None or image.ndim == 3:
            axes.imshow(image, cmap="gray", label="picture")
            axes.spines[:].set_visible(False)
        else:
            draw_heat_map(axes, image, norm, colours, digits=digits, size=font)
        if overlay is not None:
            extent = (-0.5, image.shape[1] - 0.5, image.shape[0] - 0.5, -0.5)
            look = {"alpha": 0.5, "extent": extent, "label": "overlay"}
            axes.imshow(np.ma.masked_invalid(overlay), cmap=colours, norm=norm, **look)
    for axes, name in zip(panels[:, 0], row_names, strict=False):
        place = (0.35 - left) / wide, 0.5
        axes.text(*place, name, rotation=90, ha="center", va="center", transform=axes.transAxes)
    if label:
        beside = row_bar(figure, list(panels[:, -1]))
        bar = figure.colorbar(ScalarMappable(norm, colours), cax=beside)
        inches = beside.get_position().height * figure.get_figheight()
        bar.set_label(wrapped(label, max(24, int(11 * inches))))
    return figure
