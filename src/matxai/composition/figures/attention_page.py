"""A compound's attention and prediction through the training, as an interactive figure with a slider."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from matxai.composition.attention.shown_compounds import ShownCompound
from matxai.plotting.page import plain_numbers
from matxai.plotting.quantities import axis_label
from matxai.plotting.style import BLUE, GREEN, GUIDE, SEQUENTIAL, VERMILION, colour_stops
from matxai.quantities import Quantity

Json = dict[str, Any]  # as plotly takes it
# Pixels: what the matrices fill, wide and high, and the least side of a cell; then the rest.
_MATRICES, _CELL = 580, 13
_GAP, _PANEL, _LEAST = 12, 320, 360
STEPS = 100  # on a page, at most
_NUMBERS = 400_000  # weights on a page, at most: some 2.5 MB
_INSTANT = {"frame": {"duration": 0, "redraw": True}, "transition": {"duration": 0}}
_EACH = 200  # milliseconds a step is shown when played


def steps_shown(steps: int, weights: int) -> NDArray[np.int64]:
    """Which of ``steps`` stand on the page: evenly, the first and the last among them.

    ``weights``: numbers of a step.
    """
    room = int(np.clip(_NUMBERS // weights, 2, STEPS))
    return np.unique(np.linspace(0, steps - 1, min(steps, room)).round().astype(int))


def page_caption(compound: ShownCompound) -> str:
    """What the page says about itself, and how many steps were left out."""
    weights = compound.history.attention
    steps = len(weights)
    chosen = len(steps_shown(steps, weights[0].size))
    kept = "" if chosen == steps else f" Of {steps} captured steps, {chosen} are shown."
    error = f"error (mean absolute, of {compound.scored:,} captured compounds)"
    return (
        "Each row of a matrix is an element that attends to those of the columns, by the weight that the "
        "colour shows; each row sums to 1. Attention, prediction and "
        f"{error} are always those of the same step. Dotted: the epoch whose weights are kept.{kept}"
    )


def empty_page() -> go.Figure:
    """Make the figure of a page that has nothing to show but the reason in its caption."""
    hidden = {"visible": False}
    return go.Figure({"layout": {"height": 60, "xaxis": hidden, "yaxis": hidden}})


def attention_page(compound: ShownCompound) -> go.Figure:
    """Make a page of every layer and head with a slider over the steps and a button that plays them."""
    history = compound.history
    chosen = steps_shown(len(history.steps), history.attention[0].size)
    layers, heads, count = history.attention.shape[1:4]
    side = max(_MATRICES // max(heads, layers) - _GAP, _CELL * count)
    wide = heads * (side + _GAP)
    width, height = wide + _PANEL, max(layers * (side + _GAP) - _GAP, _LEAST)
    matrix, curve = {"rowspan": 2}, {"rowspan": layers}
    grid = make_subplots(
        2 * layers, heads + 1,
        specs=[
            [*[None if row % 2 else matrix] * heads, None if row % layers else curve]
            for row in range(2 * layers)
        ],
        column_widths=[side] * heads + [_PANEL],
        horizontal_spacing=_GAP / width, vertical_spacing=_GAP / height,
        column_titles=[*(f"head {head + 1}" for head in range(heads)), ""],
    )  # fmt: skip
    layout = grid.to_dict()["layout"]  # changed as a dictionary: changes of a figure are slow
    traces = _matrices(grid, layout, compound)
    moving = [*range(len(traces)), len(traces) + 1, len(traces) + 3]
    curves = history.prediction.astype(float), compound.error
    shapes, ranges = [], []
    for number, values in enumerate(curves):
        more, lines, ends = _curve(grid, layout, compound, number, values)
        traces += more
        shapes += lines
        ranges.append(ends)
    frames = []
    for at in chosen.tolist():
        matrices = plain_numbers(history.attention[at].reshape(-1, count, count), 3)
        data = [{"type": "heatmap", "z": weights} for weights in matrices]
        for values, ends in zip(curves, ranges, strict=True):
            # A line over the height of the axis, with a dot on the curve.
            y = plain_numbers([ends[0], values[at], ends[1]], 6)
            data.append({"type": "scatter", "x": [float(history.epochs[at])] * 3, "y": y})
        frames.append({"name": str(at), "data": data, "traces": moving})
    for number, state in zip(moving, frames[-1]["data"], strict=True):
        traces[number] |= state
    text = {"xref": "paper", "yref": "paper", "showarrow": False}
    left, right, top, bottom = 120, 180, 40, 220
    layout |= {
        "width": left + width + right, "height": top + height + bottom,
        "margin": {"l": left, "r": right, "t": top, "b": bottom},
        "template": "plotly_white", "showlegend": False, "shapes": shapes,
        "coloraxis": {
            "cmin": 0, "cmax": 1, "colorscale": colour_stops(SEQUENTIAL, 21),
            "colorbar": {"title": {"text": "attention"}, "x": 1 + 75 / width, "thickness": 14},
        },
        "annotations": [
            *layout["annotations"],
            {**text, "text": "key element, fraction", "x": wide / width / 2, "y": 0, "yshift": -75},
            {**text, "text": "query element, fraction", "x": 0, "xshift": -105, "y": 0.5,
             "textangle": -90},
        ],
        "sliders": [_slider(compound, chosen, 140 / width, -100 / height)],
        "updatemenus": [_buttons(-110 / height)],
    }  # fmt: skip
    return go.Figure({"data": traces, "layout": layout, "frames": frames})


def _axes_of(grid: go.Figure, row: int, column: int) -> tuple[dict[str, str], str, str]:
    """The axes of a panel as a trace names them, and as the layout does."""
    panel = grid.get_subplot(row, column)
    x, y = panel.xaxis.plotly_name, panel.yaxis.plotly_name
    return {"xaxis": x.replace("axis", ""), "yaxis": y.replace("axis", "")}, x, y


def _matrices(grid: go.Figure, layout: Json, compound: ShownCompound) -> list[Json]:
    """An empty matrix for each layer and head; their axes in ``layout`` name rows and columns."""
    layers, heads = compound.history.attention.shape[1:3]
    plain = {"type": "category", "showgrid": False, "ticks": "", "tickfont": {"size": 10}}
    plain |= {"constrain": "domain"}
    traces = []
    for layer, head in np.ndindex(layers, heads):
        name = f"layer {layer + 1}, head {head + 1}"
        axes, x, y = _axes_of(grid, 2 * layer + 1, head + 1)
        traces.append({
            "type": "heatmap", "x": compound.labels, "y": compound.labels, "coloraxis": "coloraxis",
            "name": name, **axes,
            "hovertemplate": f"{name}<br>%{{y}} attends to %{{x}}: %{{z}}<extra></extra>",
        })  # fmt: skip
        layout[x] |= {**plain, "showticklabels": layer == layers - 1, "tickangle": -90}
        layout[y] |= {
            **plain, "showticklabels": not head, "autorange": "reversed",
            "scaleanchor": axes["xaxis"], "constraintoward": "top",
            "title": {"text": "" if head else f"layer {layer + 1}"},
        }  # fmt: skip
    return traces


def _curve(
    grid: go.Figure, layout: Json, compound: ShownCompound, number: int, values: NDArray[np.float64]
) -> tuple[list[Json], list[Json], tuple[float, float]]:
    """Prediction (0) or error (1) over the epochs and a mark; lines across; the ends of its axis."""
    name = ("predicted", "mean absolute error")[number]
    history, unit = compound.history, compound.target.unit
    layers, heads = history.attention.shape[1:3]
    axes, x, y = _axes_of(grid, 1 + number * layers, heads + 1)
    traces = [
        {
            "type": "scatter", "mode": "lines+markers", "x": history.epochs.tolist(),
            "y": plain_numbers(values, 6), "name": name, "line": {"color": (BLUE, GREEN)[number]},
            "marker": {"size": 4}, **axes,
            "hovertemplate": f"epoch %{{x:.4g}}<br>{name} %{{y:.4g}}<extra></extra>",
        },
        {
            "type": "scatter", "mode": "lines+markers", "hoverinfo": "skip", "connectgaps": True,
            "line": {"color": VERMILION, "width": 2},
            "marker": {"size": [0, 10, 0], "color": VERMILION}, **axes,
        },
    ]  # fmt: skip
    xref, yref = axes.values()
    kept = float(history.epochs[compound.kept])
    lines: list[Json] = [{
        "type": "line", "xref": xref, "yref": f"{yref} domain", "x0": kept, "x1": kept, "y0": 0,
        "y1": 1, "layer": "below", "line": {"dash": "dot", "color": GUIDE, "width": 1.5},
    }]  # fmt: skip
    if not number and np.isfinite(history.target):
        true = history.target
        lines.append({
            "type": "line", "xref": f"{xref} domain", "yref": yref, "x0": 0, "x1": 1,
            "y0": true, "y1": true, "line": {"dash": "dash", "width": 1.5},
        })  # fmt: skip
    within = values if number else np.append(values, history.target)
    within = within[np.isfinite(within)]
    low, high = (within.min(), within.max()) if len(within) else (0.0, 1.0)
    room = 0.08 * (high - low) or 0.08 * abs(high) or 1.0
    ends = float(low - room), float(high + room)
    title = axis_label("mae", unit) if number else Quantity("Value", unit).axis() + ", dashed: true"
    layout[y] |= {"range": ends, "side": "right", "title": {"text": title, "font": {"size": 12}}}
    room = 0.04 * float(np.ptp(history.epochs)) or 0.5
    layout[x] |= {
        "range": [history.epochs[0] - room, history.epochs[-1] + room],
        "showticklabels": number == 1, "title": {"text": axis_label("epoch") if number else ""},
    }  # fmt: skip
    return traces, lines, ends


def _slider(compound: ShownCompound, chosen: NDArray[np.int64], x: float, y: float) -> Json:
    """A step each, named by the numbers of that step; their names are too long to stand below it."""
    history, error = compound.history, compound.error
    true = f"{history.target:.4g}" if np.isfinite(history.target) else "unknown"
    return {
        "active": len(chosen) - 1, "x": x, "len": 1 - x, "y": y, "yanchor": "top",
        "ticklen": 0, "minorticklen": 0, "font": {"color": "rgba(0,0,0,0)"},
        "currentvalue": {"font": {"color": "#222", "size": 14}, "xanchor": "left"},
        "steps": [
            {
                "label": f"epoch {history.epochs[at]:.4g}, step {history.steps[at]}: predicted "
                f"{history.prediction[at]:.4g}, true {true}, "
                + (f"error of all {error[at]:.4g}" if compound.scored else "no error known"),
                "method": "animate",
                "args": [[str(at)], {"mode": "immediate", **_INSTANT}],
            }
            for at in chosen.tolist()
        ],
    }  # fmt: skip


def _buttons(y: float) -> Json:
    play = {"frame": {"duration": _EACH, "redraw": True}, "transition": {"duration": 0}}
    stop = {"mode": "immediate", **_INSTANT}
    return {
        "type": "buttons", "direction": "right", "showactive": False,
        "x": 0, "xanchor": "left", "y": y, "yanchor": "top",
        "buttons": [
            {"label": "play", "method": "animate", "args": [None, play]},
            {"label": "pause", "method": "animate", "args": [[None], stop]},
        ],
    }  # fmt: skip
