"""Check an attention store and measure its size and reading time."""

import _bootstrap  # noqa: F401
from matxai.composition.attention.summary import summarise
from matxai.run.job import job

with job(snakemake) as run:
    summary = summarise(run.input.attention)
    summary.to_csv(run.output.summary, index=False)
    print(summary.T.to_string(header=False))
