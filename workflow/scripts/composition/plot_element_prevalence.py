"""Draw which elements a data set holds and how many a compound has."""

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.composition.figures.prevalence import (
    element_count_bars,
    prevalence_bars,
    prevalence_table,
)
from matxai.run.job import job
from matxai.plotting.style import save

with job(snakemake) as run:
    prevalence = pd.read_csv(run.input.prevalence)
    counts = pd.read_csv(run.input.element_counts)
    name = run.wildcards.dataset
    save(prevalence_bars(prevalence, "count", title=name), run.output.by_count)
    save(prevalence_bars(prevalence, "number", title=name), run.output.by_number)
    save(prevalence_table(prevalence, title=name), run.output.periodic_table)
    save(element_count_bars(counts, title=name), run.output.element_counts)
