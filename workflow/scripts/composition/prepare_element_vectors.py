"""Take the published element tables out of the packages that ship them."""

import _bootstrap  # noqa: F401
from matxai.composition.elements.vectors import read_element_vectors
from matxai.run.job import job

with job(snakemake) as run:
    for name, path in zip(run.params.names, run.output.tables, strict=True):
        read_element_vectors(name).to_csv(path)
