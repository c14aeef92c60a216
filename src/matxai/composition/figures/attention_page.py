"""A compound's attention and prediction through the training, as an interactive figure with a slider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from matxai.composition.figures.attention_page_parts import MARK, Panel, Places
from matxai.plotting.page import plain_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matxai.composition.attention.views import View

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


def page_caption(view: View) -> str:
    """What the page says about itself, and how many steps were left out."""
    weights = view.history.attention
    steps = len(weights)
    chosen = len(steps_shown(steps, weights[0].size))
    kept = "" if chosen == steps else f" Of {steps} captured steps, {chosen} are shown."
    error = f"error (mean absolute, of {view.scored:,} captured compounds)"
    return (
        "Each row of a matrix is an element that attends to those of the columns, by the weight that the "
        "colour shows; each row sums to 1. Attention, prediction and "
        f"{error} are always those of the same step. Dotted: the epoch whose weights are kept.{kept}"
    )


def empty_page() -> go.Figure:
    """Make the figure of a page that has nothing to show but the reason in its caption."""
    hidden = {"visible": False}
    return go.Figure({"layout": {"height": 60, "xaxis": hidden, "yaxis": hidden}})


def attention_page(view: View) -> go.Figure:
    """Make a page of every layer and head with a slider over the steps and a button that plays them."""
    history = view.history
    chosen = steps_shown(len(history.steps), history.attention[0].size)
    layers, heads, count = history.attention.shape[1:4]
    place = Places(layers, heads, count)
    panels = [Panel(view, history.prediction.astype(float)), Panel(view, view.error)]
    traces: list[dict[str, Any]] = [
        {
            "type": "heatmap", "x": view.labels, "y": view.labels, "coloraxis": "coloraxis",
            "xaxis": f"x{n}", "yaxis": f"y{n}", "name": f"layer {layer + 1}, head {head + 1}",
            "hovertemplate": f"layer {layer + 1}, head {head + 1}<br>%{{y}} attends to %{{x}}: "
            "%{z}<extra></extra>",
        }
        for n, (layer, head) in enumerate(np.ndindex(layers, heads), start=1)
    ]  # fmt: skip
    matrices = len(traces)
    moving = [*range(matrices), matrices + 1, matrices + 3]
    for number, panel in enumerate(panels):
        axes = {"xaxis": f"x{matrices + number + 1}", "yaxis": f"y{matrices + number + 1}"}
        traces += [{**axes, **panel.curve(number)}, {**axes, **MARK}]
    frames: list[dict[str, Any]] = [
        {
            "name": str(at),
            "data": [
                *(
                    {"type": "heatmap", "z": plain_numbers(z, 3)}
                    for z in history.attention[at].reshape(-1, count, count)
                ),
                *(panel.mark(at) for panel in panels),
            ],
            "traces": moving,
        }
        for at in chosen.tolist()
    ]
    for number, state in zip(moving, frames[-1]["data"], strict=True):
        traces[number].update(state)
    layout = {
        "width": place.width,
        "height": place.height,
        "template": "plotly_white",
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "showlegend": False,
        "coloraxis": place.colours(),
        "annotations": place.names(),
        "shapes": [
            *panels[0].target(matrices + 1),
            *(panel.kept(matrices + number) for number, panel in enumerate(panels, start=1)),
        ],
        "sliders": [_slider(view, chosen, place)],
        "updatemenus": [_buttons(place)],
        **place.axes(view, panels),
    }
    return go.Figure({"data": traces, "layout": layout, "frames": frames})


def _slider(view: View, chosen: NDArray[np.int64], place: Places) -> dict[str, Any]:
    """A step each, named by the numbers of that step; their names are too long to stand below it."""
    history = view.history
    true = f"{history.target:.4g}" if np.isfinite(history.target) else "unknown"
    return {
        "active": len(chosen) - 1, "x": place.x(220), "len": 1 - place.x(220) - 0.02,
        "y": place.y(place.height - 100), "yanchor": "top", "ticklen": 0, "minorticklen": 0,
        "font": {"color": "rgba(0,0,0,0)"},
        "currentvalue": {"font": {"color": "#222", "size": 14}, "xanchor": "left"},
        "steps": [
            {
                "label": f"epoch {history.epochs[at]:.4g}, step {history.steps[at]}: predicted "
                f"{history.prediction[at]:.4g}, true {true}, {_error(view, at)}",
                "method": "animate",
                "args": [[str(at)], {"mode": "immediate", **_INSTANT}],
            }
            for at in chosen.tolist()
        ],
    }  # fmt: skip


def _error(view: View, at: int) -> str:
    return f"error of all {view.error[at]:.4g}" if view.scored else "no error known"


def _buttons(place: Places) -> dict[str, Any]:
    play = {"frame": {"duration": _EACH, "redraw": True}, "transition": {"duration": 0}}
    stop = {"mode": "immediate", **_INSTANT}
    return {
        "type": "buttons", "direction": "right", "showactive": False,
        "x": place.x(20), "xanchor": "left", "y": place.y(place.height - 80), "yanchor": "top",
        "buttons": [
            {"label": "play", "method": "animate", "args": [None, play]},
            {"label": "pause", "method": "animate", "args": [[None], stop]},
        ],
    }  # fmt: skip
