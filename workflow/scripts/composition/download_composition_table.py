"""Fetch one table and check its digest."""

import _bootstrap  # noqa: F401
from matxai.run.download import download
from matxai.run.job import job

with job(snakemake) as run:
    download(run.params.url, run.output.table, run.wildcards.sha256)
