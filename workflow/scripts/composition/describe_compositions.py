"""Count elements and compounds, and measure the diversity of elements."""

import _bootstrap  # noqa: F401
from matxai.composition.data.compounds import read_compounds, symbols_of
from matxai.composition.data.statistics import element_counts, incidence, prevalence, summary
from matxai.run.job import job

with job(snakemake) as run:
    table = read_compounds(run.input.compounds)
    presence = incidence(symbols_of(table))
    summary(presence, table["part"], seed=run.seed).to_csv(run.output.summary, index=False)
    prevalence(presence, table["part"]).to_csv(run.output.prevalence, index=False)
    element_counts(presence, table["part"]).to_csv(run.output.element_counts, index=False)
