"""Correlate element vectors and draw the lower triangle, in every range and order."""

import _bootstrap  # noqa: F401
from matxai.composition.correlation import LAST, element_correlation, ordered, standardised, tidy
from matxai.composition.element_vectors import read_vectors
from matxai.composition.figures.correlation import correlation_map
from matxai.job import job
from matxai.plotting.style import save

with job(snakemake) as run:
    vectors = read_vectors(run.input.vectors)
    name = f"{run.wildcards.place} {run.wildcards.vectors}"
    for view in run.params.views:
        span, order = view.split("_")
        matrix = element_correlation(vectors, LAST[span])
        columns = standardised(vectors, LAST[span]).shape[1]
        table = tidy(ordered(matrix, order), columns)
        table.to_csv(run.output[f"{view}_table"], index=False)
        save(correlation_map(matrix, name, order), run.output[f"{view}_figure"])
