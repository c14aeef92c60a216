"""Compare the networks of all seeds with the baselines."""

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.composition.target import target_quantity
from matxai.job import job
from matxai.plotting.accuracy import accuracy_figure
from matxai.plotting.style import save

with job(snakemake) as run:
    paths = [*run.input.networks, run.input.baselines]
    table = pd.concat([pd.read_csv(path) for path in paths], ignore_index=True)
    table.to_csv(run.output.table, index=False)
    mae = table[table["metric"] == "mae"].rename(columns={"value": "mae"})
    figure = accuracy_figure(mae, target_quantity(run.params.target), run.wildcards.dataset)
    save(figure, run.output.figure)
