"""Compare the networks of all seeds with the baselines."""

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.composition.evaluation.target import scored_quantity
from matxai.composition.settings.tasks import MAIN_METRIC
from matxai.run.job import job
from matxai.plotting.accuracy import accuracy_figure
from matxai.plotting.style import save

with job(snakemake) as run:
    paths = [*run.input.networks, run.input.baselines]
    table = pd.concat([pd.read_csv(path) for path in paths], ignore_index=True)
    table.to_csv(run.output.table, index=False)
    metric = MAIN_METRIC[run.params.target["task"]]
    shown = table[table["metric"] == metric].rename(columns={"value": metric})
    target = scored_quantity(run.params.target)
    figure = accuracy_figure(shown, target, run.wildcards.dataset, metric=metric)
    save(figure, run.output.figure)
