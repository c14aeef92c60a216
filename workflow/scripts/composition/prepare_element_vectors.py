"""Take one published element table out of the package that ships it."""

import _bootstrap  # noqa: F401
from matxai.composition.elements.vectors import read_element_vectors
from matxai.run.job import job

with job(snakemake) as run:
    read_element_vectors(run.wildcards.vectors).to_csv(run.output.table)
