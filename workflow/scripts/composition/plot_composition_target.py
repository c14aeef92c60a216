"""Draw the distribution of the target, or the share of its classes, in each part."""

import _bootstrap  # noqa: F401
from matxai.composition.data.compounds import read_compounds
from matxai.composition.figures.target import class_figure, target_figure
from matxai.composition.evaluation.target import is_class, target_quantity
from matxai.composition.data.report import class_table, target_table
from matxai.run.job import job
from matxai.plotting.style import save

with job(snakemake) as run:
    compounds, target = read_compounds(run.input.compounds), run.params.target
    if is_class(target):
        table = class_table(compounds)
        figure = class_figure(table, target["label"], run.wildcards.dataset)
    else:
        table = target_table(compounds)
        figure = target_figure(table, target_quantity(target), run.wildcards.dataset)
    table.to_csv(run.output.table, index=False)
    save(figure, run.output.figure)
