"""A compound's attention by the weights that are kept, every layer and head."""

from typing import Any

import numpy as np
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from matxai.composition.attention.shown_compounds import ShownCompound
from matxai.plotting.image_grid import image_grid
from matxai.plotting.style import HALF_WIDTH, styled

# Inches: least side of a matrix and of a cell; side of a cell under which a label stands upright.
_SIDE, _CELL, _UPRIGHT = 1.9, 0.3, 0.55


@styled
def kept_attention(view: ShownCompound) -> Figure:
    """Draw layers x heads matrices of the weights that are kept: query downwards, key to the right.

    Each cell holds its weight; the colours run from 0 to 1 in every figure. Prediction and true value
    stand in the title.
    """
    count = len(view.labels)
    side = max(_SIDE, _CELL * count)
    font = float(np.clip(72 * side / count / 3.4, 5, 10))
    weights = view.history.attention[view.kept]
    room = {"left": 1.15, "below": 0.95, "least": HALF_WIDTH}
    return attention_grid(view, weights, side, _title(view), digits=2, font=font, **room)


@styled
def attention_grid(
    view: ShownCompound, weights: NDArray[np.float32], side: float, title: str, **look: Any
) -> Figure:
    """Draw matrices of attention with the names of layers, heads and elements.

    Args:
        view: Whose elements they are.
        weights: (layers, heads, queries, keys), each from 0 to 1.
        side: Inches of a matrix.
        title: What stands above.
        **look: Font, digits and room, as `image_grid` takes them.

    Returns:
        The figure; its first axes are those of the matrices, layer by layer.
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
    below = [label if upright else label.replace(" ", "\n") for label in view.labels]
    panels = figure.axes[: layers * heads]
    for axes in panels[::heads]:
        axes.set_yticks(range(count), view.labels, size=8)
    for axes in panels[-heads:]:
        axes.set_xticks(range(count), below, rotation=90 if upright else 0, size=8)
    first, last = panels[0].get_position(), panels[-1].get_position()
    x, y = (first.x0 + last.x1) / 2, (first.y1 + last.y0) / 2
    width, height = figure.get_size_inches()
    figure.text(x, last.y0 - 0.8 / height, "Key element, fraction", ha="center")
    figure.text(0.08 / width, y, "Query element, fraction", va="center", rotation=90)
    return figure


def _title(view: ShownCompound) -> str:
    history, value = view.history, view.target.value
    true = value(history.target) if np.isfinite(history.target) else "unknown"
    predicted = value(float(history.prediction[view.kept]))
    epoch = f"epoch {history.epochs[view.kept]:g}, whose weights are kept"
    return f"{view.title}\n{epoch}: predicted {predicted}, true {true}"
