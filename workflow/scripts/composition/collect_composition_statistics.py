"""Put the statistics of all data sets into one table and figure."""

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.composition.figures.data import datasets_figure
from matxai.run.job import job
from matxai.plotting.style import save

with job(snakemake) as run:
    tables = {
        name: pd.read_csv(path)
        for name, path in zip(run.params.datasets, run.input.summaries, strict=True)
    }
    table = pd.concat(tables, names=["dataset"]).reset_index(level="dataset")
    table.to_csv(run.output.table, index=False)
    save(datasets_figure(table), run.output.figure)
