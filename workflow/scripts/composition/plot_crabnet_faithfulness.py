"""Draw the agreement of attention with each reference."""

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.composition.figures.faithfulness import agreement_figure
from matxai.run.job import job
from matxai.plotting.style import save

with job(snakemake) as run:
    title = f"{run.params.title}: does attention rank elements as the prediction depends on them?"
    tables = [pd.read_csv(path) for path in (run.input.agreement, run.input.references)]
    save(agreement_figure(*tables, title), run.output.figure)
