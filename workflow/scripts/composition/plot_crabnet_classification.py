"""Draw how well classes are told apart, and how far the predicted probabilities can be trusted."""

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.composition.evaluation.roc import curves_of_parts, roc_notes
from matxai.run.job import job
from matxai.plotting.reliability import reliability_figure
from matxai.plotting.roc import roc_figure
from matxai.plotting.style import save

with job(snakemake) as run:
    title = run.params.title
    curves = curves_of_parts(
        pd.read_csv(run.input.predictions, keep_default_na=False), seed=int(run.wildcards.seed)
    )
    curves.to_csv(run.output.roc_table, index=False)
    save(
        roc_figure(curves, roc_notes(pd.read_csv(run.input.metrics)), title), run.output.roc_figure
    )
    curve = pd.read_csv(run.input.calibration)
    save(reliability_figure(curve, title, samples="compounds"), run.output.calibration)
