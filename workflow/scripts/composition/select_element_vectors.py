"""Take one kind of element vector out of a network's embeddings."""

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.composition.elements.embeddings import vector_table
from matxai.run.job import job

with job(snakemake) as run:
    embeddings = pd.read_parquet(run.input.embeddings)
    vector_table(embeddings, run.wildcards.vectors).to_csv(run.output.table)
