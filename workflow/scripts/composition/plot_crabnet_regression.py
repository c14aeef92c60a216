"""Draw training curves, predictions against targets, and the coverage of the predicted intervals."""

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.composition.evaluation.target import target_quantity
from matxai.composition.figures.evaluation import crabnet_history_figure
from matxai.plotting.regression import calibration_figure, parity_figure
from matxai.plotting.style import save
from matxai.run.job import job

with job(snakemake) as run:
    quantity = target_quantity(run.params.target)
    for place, title in enumerate(run.params.titles):
        history = pd.read_csv(run.input.history[place])
        save(crabnet_history_figure(history, run.params.target, title), run.output.history[place])
        predictions = pd.read_csv(run.input.predictions[place], keep_default_na=False)
        save(
            parity_figure(predictions, quantity, title, samples="compounds"),
            run.output.parity[place],
        )
        calibration = pd.read_csv(run.input.calibration[place])
        save(calibration_figure(calibration, title), run.output.calibration[place])
