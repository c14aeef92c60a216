"""Draw training curves, how well classes are told apart, and how far probabilities can be trusted."""

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.composition.evaluation.accuracy import curves_of_parts, roc_notes
from matxai.composition.figures.evaluation import crabnet_history_figure
from matxai.plotting.classification import reliability_figure, roc_figure
from matxai.plotting.style import save
from matxai.run.job import job

with job(snakemake) as run:
    for place, title in enumerate(run.params.titles):
        history = pd.read_csv(run.input.history[place])
        save(crabnet_history_figure(history, run.params.target, title), run.output.history[place])
        predictions = pd.read_csv(run.input.predictions[place], keep_default_na=False)
        curves = curves_of_parts(predictions, seed=run.seed)
        curves.to_csv(run.output.roc_tables[place], index=False)
        notes = roc_notes(pd.read_csv(run.input.metrics[place]))
        save(roc_figure(curves, notes, title), run.output.roc_figures[place])
        calibration = pd.read_csv(run.input.calibration[place])
        save(
            reliability_figure(calibration, title, samples="compounds"),
            run.output.calibration[place],
        )
