"""Correlate element vectors and draw the lower triangle, in every range and order."""

import _bootstrap  # noqa: F401
from matxai.composition.elements.correlation import correlation_pairs, correlation_map_of
from matxai.composition.elements.vectors import read_vectors
from matxai.composition.figures.correlation import correlation_map
from matxai.run.job import job
from matxai.plotting.style import save

with job(snakemake) as run:
    vectors = read_vectors(run.input.vectors)
    for name in run.params.views:
        view = correlation_map_of(vectors, name)
        correlation_pairs(view.matrix, view.columns).to_csv(
            run.output[f"{name}_table"], index=False
        )
        figure = correlation_map(view, f"{run.wildcards.place} {run.wildcards.vectors}")
        save(figure, run.output[f"{name}_figure"])
