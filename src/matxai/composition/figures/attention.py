"""A compound's attention at the end of the training, every layer and head."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

from matxai.plotting.style import HALF_WIDTH, SEQUENTIAL, styled, text_colour, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from matxai.composition.attention_views import View

_CELL, _SIDE = 0.3, 1.9  # inches: least side of a cell, and of a matrix if its cells allow


@styled
def final_attention(view: View) -> Figure:
    """Draw layers x heads matrices of the last step: query downwards, key to the right.

    Each cell holds its weight; the colours run from 0 to 1 in every figure. Prediction and true value
    stand in the title.
    """
    history = view.history
    weights = history.attention[-1]
    layers, heads, count, _ = weights.shape
    side = max(_SIDE, _CELL * count)
    width = max(HALF_WIDTH, heads * (side + 0.1) + 1.9)
    figure = Figure(figsize=(width, layers * (side + 0.15) + 1.7))
    grid: Any = figure.subplots(layers, heads, squeeze=False, sharex=True, sharey=True)
    size = float(np.clip(72 * side / count / 3.4, 5, 10))
    for layer, head in np.ndindex(layers, heads):
        axes = grid[layer, head]
        image = axes.imshow(weights[layer, head], cmap=SEQUENTIAL, vmin=0, vmax=1)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        _values(axes, weights[layer, head], size)
        if not layer:
            axes.set_title(f"head {head + 1}", size=10)
        if not head:
            axes.set_ylabel(f"layer {layer + 1}")
    names = view.labels
    grid[0, 0].set_yticks(range(count), names, size=8)
    upright = side / count < 0.55
    for axes in grid[-1]:
        axes.set_xticks(range(count), names, size=8, rotation=90 if upright else 0)
    if not upright:
        for axes in grid[-1]:
            axes.set_xticklabels([name.replace(" ", "\n") for name in names])
    figure.supxlabel("Key element, fraction", size=10)
    figure.supylabel("Query element, fraction", size=10)
    bar = figure.colorbar(image, ax=grid, fraction=0.03, pad=0.01, aspect=30)
    bar.set_label(wrapped("Attention: weight by which the query attends to the key", 32))
    figure.suptitle(wrapped(_title(view), int(10 * width)), size=11)
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


def _title(view: View) -> str:
    history, value = view.history, view.target.value
    known = np.isfinite(history.target)
    true = value(history.target) if known else "unknown"
    predicted = value(float(history.prediction[-1]))
    epoch = f"Epoch\N{NO-BREAK SPACE}{history.epochs[-1]:g}"
    return f"{view.title}. {epoch}: predicted {predicted}, true {true}"
