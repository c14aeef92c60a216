"""Every correlation map of several representations, as figures, tables and pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from matxai.composition.elements.correlation import correlation_map_of, correlation_pairs
from matxai.composition.figures.correlation import correlation_map
from matxai.composition.figures.correlation_page import correlation_page
from matxai.plotting.page import write_page
from matxai.plotting.style import save
from matxai.run.progress import progress

CAPTION = (
    "Pearson correlation between the vectors of each two elements, columns standardised over the "
    "elements shown. Absent elements are blank. Hover to read a pair; the buttons change the range "
    "and order of elements."
)


def save_correlation_maps(
    vectors: Sequence[pd.DataFrame],
    names: Sequence[str],
    maps: Mapping[str, str],
    output: Any,
) -> None:
    """Write ``output.figures``, ``output.tables`` (representation by representation) and ``output.pages``.

    Args:
        vectors: One table of element vectors for each representation.
        names: Names of the representations, for titles.
        maps: Title of each map by its name, such as ``uranium_group``.
        output: Paths, one figure and table for each representation and map, one page for each
            representation.
    """
    files = zip(output.figures, output.tables, strict=True)
    for table, name, page in zip(
        progress(vectors, "representations"), names, output.pages, strict=True
    ):
        drawn = {title: correlation_map_of(table, key) for key, title in maps.items()}
        for shown in drawn.values():
            figure, values = next(files)
            correlation_pairs(shown.matrix, shown.columns).to_csv(values, index=False)
            save(correlation_map(shown, name), figure)
        write_page(correlation_page(drawn), page, f"Element correlation: {name}", CAPTION)
