"""Compare all models on all data sets, with seed spread and published values."""

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.composition.evaluation.summary import DATA_COLUMNS, key_numbers, summary_table
from matxai.composition.figures.evaluation import summary_figure
from matxai.run.job import job
from matxai.plotting.style import save

with job(snakemake) as run:
    names = list(run.params.targets)
    accuracy = map(pd.read_csv, run.input.accuracy)
    compounds = (pd.read_parquet(p, columns=list(DATA_COLUMNS)) for p in run.input.compounds)
    table = summary_table(
        dict(zip(names, accuracy, strict=True)),
        dict(zip(names, compounds, strict=True)),
        run.params.targets,
    )
    table.to_csv(run.output.table, index=False)
    key_numbers(table).to_csv(run.output.key_numbers, index=False)
    save(summary_figure(table), run.output.figure)
    print(table.drop(columns=["task", "source"]).to_string(index=False))
