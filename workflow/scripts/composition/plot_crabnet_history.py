"""Draw loss and validation error through training."""

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.composition.evaluation.target import error_quantity
from matxai.composition.settings.tasks import VALIDATION_ERROR
from matxai.run.job import job
from matxai.plotting.history import history_figure
from matxai.plotting.style import save

with job(snakemake) as run:
    target = run.params.target
    error = VALIDATION_ERROR[target["task"]]
    history = pd.read_csv(run.input.history).rename(columns={"val_error": error})
    figure = history_figure(history, error_quantity(target), run.params.title, error=error)
    save(figure, run.output.figure)
