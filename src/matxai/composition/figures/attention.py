"""A compound's attention by the weights that are kept, every layer and head."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from matxai.plotting.style import HALF_WIDTH, SEQUENTIAL, styled, text_colour, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from matxai.composition.attention.views import View

# Inches: least side of a cell, and of a matrix; least side of a cell under which a label lies flat; gaps.
_CELL, _SIDE, _FLAT = 0.3, 1.9, 0.55
_GAP, _LEFT, _RIGHT, _BELOW = 0.12, 1.15, 1.25, 0.95


@styled
def kept_attention(view: View) -> Figure:
    """Draw layers x heads matrices of the weights that are kept: query downwards, key to the right.

    Each cell holds its weight; the colours run from 0 to 1 in every figure. Prediction and true value
    stand in the title.
    """
    history = view.history
    weights = history.attention[view.kept]
    layers, heads, count, _ = weights.shape
    side = max(_SIDE, _CELL * count)
    pitch = side + _GAP
    width = max(HALF_WIDTH, _LEFT + heads * pitch + _RIGHT)
    title = _title(view, int(11 * width))
    top = 0.45 + 0.2 * (title.count("\n") + 1)
    height = top + layers * pitch + _BELOW
    figure = Figure(figsize=(width, height))
    # Placed by hand: a hundred matrices of labelled cells take a layout engine longer than drawing them.
    figure.set_layout_engine("none")
    upright = side / count < _FLAT
    labels = [label if upright else label.replace(" ", "\n") for label in view.labels]
    size = float(np.clip(72 * side / count / 3.4, 5, 10))
    for layer, head in np.ndindex(layers, heads):
        corner = (_LEFT + head * pitch, height - top - layer * pitch - side)
        axes = figure.add_axes((corner[0] / width, corner[1] / height, side / width, side / height))
        axes.imshow(weights[layer, head], cmap=SEQUENTIAL, vmin=0, vmax=1)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0, labelsize=8)
        axes.set_yticks(range(count), [] if head else view.labels)
        last = layer == layers - 1
        axes.set_xticks(range(count), labels if last else [], rotation=90 if upright else 0)
        _values(axes, weights[layer, head], size)
        if not layer:
            axes.set_title(f"head {head + 1}", size=10)
        if not head:
            figure.text(
                0.35 / width, (corner[1] + side / 2) / height, f"layer {layer + 1}", rotation=90,
                ha="center", va="center",
            )  # fmt: skip
    middle = (_LEFT + (heads * pitch - _GAP) / 2, _BELOW + (layers * pitch) / 2)
    figure.text(middle[0] / width, 0.2 / height, "Key element, fraction", ha="center")
    figure.text(
        0.08 / width, middle[1] / height, "Query element, fraction", va="center", rotation=90
    )
    place = (_LEFT + heads * pitch + 0.05, _BELOW + _GAP, 0.15, layers * pitch - _GAP)
    within = (width, height, width, height)
    bar = figure.colorbar(
        ScalarMappable(Normalize(0, 1), SEQUENTIAL),
        cax=figure.add_axes(tuple(p / w for p, w in zip(place, within, strict=True))),
    )
    bar.set_label(wrapped("Attention: weight by which the query attends to the key", 32))
    figure.text(0.12 / width, 1 - 0.1 / height, title, size=11, va="top")
    return figure


def _values(axes: Axes, weights: NDArray[np.float32], size: float) -> None:
    """Write each weight where it stands: at (key, query)."""
    colours = colormaps[SEQUENTIAL]
    for query, key in np.ndindex(weights.shape):
        weight = float(weights[query, key])
        axes.text(
            key, query, f"{weight:.2f}", ha="center", va="center", size=size,
            color=text_colour(colours(weight)),
        )  # fmt: skip


def _title(view: View, width: int) -> str:
    history, value = view.history, view.target.value
    known = np.isfinite(history.target)
    true = value(history.target) if known else "unknown"
    predicted = value(float(history.prediction[view.kept]))
    epoch = f"epoch {history.epochs[view.kept]:g}, whose weights are kept"
    values = f"{epoch}: predicted {predicted}, true {true}"
    return f"{wrapped(view.title, width)}\n{wrapped(values, width)}"
