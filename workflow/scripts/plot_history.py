"""Draw loss and validation error through training."""

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.composition.target import target_quantity
from matxai.job import job
from matxai.plotting.history import history_figure
from matxai.plotting.style import save

with job(snakemake) as run:
    title = f"{run.wildcards.network} on {run.wildcards.dataset}, seed {run.wildcards.seed}"
    history = pd.read_csv(run.input.history).rename(columns={"val_error": "val_mae"})
    save(history_figure(history, target_quantity(run.params.target), title), run.output.figure)
