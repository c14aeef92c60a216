"""Draw the distribution of the target in each part."""

import _bootstrap  # noqa: F401
from matxai.composition.dataset import read_compounds
from matxai.composition.figures.target import target_figure, target_table
from matxai.composition.target import target_quantity
from matxai.job import job
from matxai.plotting.style import save

with job(snakemake) as run:
    table = target_table(read_compounds(run.input.compounds))
    table.to_csv(run.output.table, index=False)
    figure = target_figure(table, target_quantity(run.params.target), run.wildcards.dataset)
    save(figure, run.output.figure)
