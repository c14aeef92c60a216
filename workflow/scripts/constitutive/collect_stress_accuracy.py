"""Put the accuracy of all cases and seeds into one table."""

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.constitutive.evaluation.summary import accuracy_of_all, key_numbers
from matxai.run.job import job

with job(snakemake) as run:
    tables = [pd.read_csv(path) for path in run.input.accuracy]
    table = accuracy_of_all(tables, run.params.networks)
    table.to_csv(run.output.table, index=False)
    key_numbers(table).to_csv(run.output.key_numbers, index=False)
    print(table.to_string(index=False))
