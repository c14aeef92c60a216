"""Draw predictions against targets, and the coverage of the predicted intervals."""

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.composition.evaluation.target import target_quantity
from matxai.run.job import job
from matxai.plotting.calibration import calibration_figure
from matxai.plotting.parity import parity_figure
from matxai.plotting.style import save

with job(snakemake) as run:
    title = run.params.title
    predictions = pd.read_csv(run.input.predictions, keep_default_na=False)
    target = target_quantity(run.params.target)
    figure = parity_figure(predictions, target, title, samples="compounds")
    save(figure, run.output.parity)
    save(calibration_figure(pd.read_csv(run.input.calibration), title), run.output.calibration)
