"""Draw the correlation maps of element vectors, every range and order, and their interactive pages."""

import _bootstrap  # noqa: F401
from matxai.composition.elements.vectors import read_vectors
from matxai.composition.figures.vectors import save_correlation_maps
from matxai.run.job import job

with job(snakemake) as run:
    save_correlation_maps(
        [read_vectors(path) for path in run.input.vectors],
        [*run.params.names],
        run.params.maps,
        run.output,
    )
