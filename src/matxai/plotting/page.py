"""Interactive figures as pages that open without a network and never change without reason."""

import html
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from plotly.io import to_html

# One figure a page, hence one name for it: plotly's own would be drawn at random each time.
DIV_ID = "figure"

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 "DejaVu Sans", Verdana, sans-serif; color: #222; margin: 1.5rem auto;
  max-width: 1200px; padding: 0 1rem; }}
h1 {{ font-size: 1.3rem; margin: 0; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{caption}</p>
{figure}
</body>
</html>
"""


def plain_numbers(values: ArrayLike, digits: int) -> list[Any]:
    """Nested lists of numbers in so many significant digits, None for NaN: JSON that stays small."""
    values = np.asarray(values)
    if values.ndim > 1:
        return [plain_numbers(row, digits) for row in values]
    return [None if np.isnan(v) else float(f"{v:.{digits}g}") for v in values.tolist()]


def write_page(
    figure: go.Figure, path: str | Path, title: str, caption: str, script: str = ""
) -> None:
    """Write a plotly figure as one file that holds everything it needs, plotly.js included.

    ``title`` and ``caption`` are plain text; ``script`` is JavaScript that runs once the figure is drawn
    and finds it as the element ``DIV_ID``. The same figure gives the same bytes.
    """
    body = to_html(
        figure, full_html=False, include_plotlyjs=True, include_mathjax=False, div_id=DIV_ID,
        auto_play=False, post_script=script or None,
        config={"displaylogo": False, "responsive": True, "plotlyServerURL": ""},
    )  # fmt: skip
    page = _PAGE.format(title=html.escape(title), caption=html.escape(caption), figure=body)
    Path(path).write_text(page, encoding="utf-8")
