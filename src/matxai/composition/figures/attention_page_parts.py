"""The parts of the page of a compound's attention: curves with a mark, and where everything stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from matxai.composition.figures.quantities import axis_label
from matxai.plotting.page import plain_numbers
from matxai.plotting.style import BLUE, GREEN, SEQUENTIAL, VERMILION, colour_stops

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matxai.composition.attention.views import View

# Pixels: what the matrices fill, wide and high, and the least side of a cell; then the rest.
_MATRICES, _CELL = 580, 13
_LEFT, _TOP, _BOTTOM, _GAP, _BAR, _PANEL, _SLIDER = 120, 30, 90, 12, 150, 320, 110
MARK = {
    "type": "scatter", "mode": "lines+markers", "hoverinfo": "skip", "connectgaps": True,
    "line": {"color": VERMILION, "width": 2}, "marker": {"size": [0, 10, 0], "color": VERMILION},
}  # fmt: skip


class Panel:
    """A curve over the epochs, and the mark of a step on it."""

    def __init__(self, view: View, values: NDArray[np.float64]) -> None:
        self.view, self.values = view, values
        within = [*values, view.history.target] if values is not view.error else values
        finite = np.array(within, dtype=float)
        finite = finite[np.isfinite(finite)]
        low, high = (finite.min(), finite.max()) if len(finite) else (0.0, 1.0)
        room = 0.08 * (high - low) or 0.08 * abs(high) or 1.0
        self.range = [float(low - room), float(high + room)]

    def curve(self, number: int) -> dict[str, Any]:
        epochs = self.view.history.epochs.tolist()
        name = ("predicted", "mean absolute error")[number]
        return {
            "type": "scatter", "mode": "lines+markers", "x": epochs, "y": plain_numbers(self.values, 6),
            "line": {"color": (BLUE, GREEN)[number]}, "marker": {"size": 4}, "name": name,
            "hovertemplate": f"epoch %{{x:.4g}}<br>{name} %{{y:.4g}}<extra></extra>",
        }  # fmt: skip

    def mark(self, at: int) -> dict[str, Any]:
        low, high = self.range
        value = plain_numbers(self.values[at : at + 1], 6)[0]
        return {
            "type": "scatter",
            "x": [float(self.view.history.epochs[at])] * 3,
            "y": [low, value, high],
        }

    def target(self, axis: int) -> list[dict[str, Any]]:
        """A line at the true value, if it is known."""
        target = self.view.history.target
        if not np.isfinite(target):
            return []
        return [
            {
                "type": "line", "xref": f"x{axis} domain", "yref": f"y{axis}", "x0": 0, "x1": 1,
                "y0": target, "y1": target, "line": {"dash": "dash", "color": "black", "width": 1.5},
            }
        ]  # fmt: skip

    def kept(self, axis: int) -> dict[str, Any]:
        """A line at the epoch whose weights the network keeps."""
        epoch = float(self.view.history.epochs[self.view.kept])
        return {
            "type": "line", "xref": f"x{axis}", "yref": f"y{axis} domain", "x0": epoch, "x1": epoch,
            "y0": 0, "y1": 1, "layer": "below", "line": {"dash": "dot", "color": "#777", "width": 1.5},
        }  # fmt: skip


@dataclass(frozen=True)
class Places:
    """Where everything stands, in pixels from the upper left corner; plotly counts shares."""

    layers: int
    heads: int
    count: int

    @property
    def side(self) -> int:
        """Of a matrix."""
        return max(_MATRICES // max(self.heads, self.layers) - _GAP, _CELL * self.count)

    @property
    def right(self) -> int:
        return _LEFT + self.heads * (self.side + _GAP)

    @property
    def bottom(self) -> int:
        return _TOP + self.layers * (self.side + _GAP)

    @property
    def width(self) -> int:
        return self.right + _BAR + _PANEL + 20

    @property
    def height(self) -> int:
        return max(self.bottom, 420) + _BOTTOM + _SLIDER

    def x(self, pixel: float) -> float:
        return pixel / self.width

    def y(self, pixel: float) -> float:
        return 1 - pixel / self.height

    def axes(self, view: View, panels: list[Panel]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        plain = {"type": "category", "showgrid": False, "ticks": "", "tickfont": {"size": 10}}
        for n, (layer, head) in enumerate(np.ndindex(self.layers, self.heads), start=1):
            left, top = (_LEFT + head * (self.side + _GAP), _TOP + layer * (self.side + _GAP))
            found[f"xaxis{n}"] = {
                **plain, "domain": [self.x(left), self.x(left + self.side)], "anchor": f"y{n}",
                "showticklabels": layer == self.layers - 1, "tickangle": -90,
            }  # fmt: skip
            found[f"yaxis{n}"] = {
                **plain, "domain": [self.y(top + self.side), self.y(top)], "anchor": f"x{n}",
                "showticklabels": not head, "autorange": "reversed",
            }  # fmt: skip
        unit = f" ({view.target.unit})" if view.target.unit else ""
        titles = (f"Value{unit}, dashed: true", axis_label("mae", view.target.unit))
        half = (max(self.bottom, 420) - _TOP - 30) // 2
        for n, (panel, title) in enumerate(zip(panels, titles, strict=True)):
            number, top = self.layers * self.heads + n + 1, _TOP + n * (half + 20)
            domain = [self.x(self.right + _BAR), self.x(self.right + _BAR + _PANEL)]
            epochs = view.history.epochs
            room = 0.04 * float(epochs[-1] - epochs[0]) or 0.5
            found[f"xaxis{number}"] = {
                "domain": domain, "anchor": f"y{number}", "showticklabels": n == 1,
                "range": [float(epochs[0]) - room, float(epochs[-1]) + room],
                "title": {"text": axis_label("epoch") if n else ""},
            }  # fmt: skip
            found[f"yaxis{number}"] = {
                "domain": [self.y(top + half), self.y(top)], "anchor": f"x{number}",
                "range": panel.range, "title": {"text": title, "font": {"size": 12}},
            }  # fmt: skip
        return found

    def names(self) -> list[dict[str, Any]]:
        """Heads above, layers on the left, and what the axes are."""
        step = self.side + _GAP
        plain = {"xref": "paper", "yref": "paper", "showarrow": False}
        middle = _TOP + self.layers * step / 2
        return [
            *(
                {**plain, "text": f"head {n + 1}", "x": self.x(_LEFT + n * step + self.side / 2),
                 "y": self.y(_TOP), "xanchor": "center", "yanchor": "bottom"}
                for n in range(self.heads)
            ),
            *(
                {**plain, "text": f"layer {n + 1}", "x": self.x(36), "textangle": -90,
                 "y": self.y(_TOP + n * step + self.side / 2), "xanchor": "center"}
                for n in range(self.layers)
            ),
            {**plain, "text": "query element, fraction", "x": self.x(12), "textangle": -90,
             "y": self.y(middle), "xanchor": "center"},
            {**plain, "text": "key element, fraction", "y": self.y(self.bottom + 62),
             "x": self.x(_LEFT + self.heads * step / 2), "xanchor": "center"},
        ]  # fmt: skip

    def colours(self) -> dict[str, Any]:
        return {
            "cmin": 0, "cmax": 1, "colorscale": colour_stops(SEQUENTIAL, 21),
            "colorbar": {
                "title": {"text": "attention"}, "x": self.x(self.right + 6), "xanchor": "left",
                "y": self.y(_TOP), "yanchor": "top", "len": (self.bottom - _TOP) / self.height,
                "thickness": 14,
            },
        }  # fmt: skip
