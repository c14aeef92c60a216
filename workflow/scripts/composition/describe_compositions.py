"""Draw the target's distribution; count elements, compounds and the diversity of elements."""

import _bootstrap  # noqa: F401
from matxai.composition.data.compounds import read_compounds, symbols_of
from matxai.composition.data.statistics import element_counts, incidence, prevalence, summary
from matxai.composition.data.report import class_table, target_table
from matxai.composition.evaluation.target import is_class, target_quantity
from matxai.composition.figures.data import (
    class_figure,
    element_count_bars,
    prevalence_bars,
    prevalence_table,
    target_figure,
)
from matxai.plotting.style import save
from matxai.run.job import job

with job(snakemake) as run:
    compounds, target, name = (
        read_compounds(run.input.compounds), run.params.target, run.wildcards.dataset
    )  # fmt: skip
    if is_class(target):
        distribution = class_table(compounds)
        figure = class_figure(distribution, target["label"], name)
    else:
        distribution = target_table(compounds)
        figure = target_figure(distribution, target_quantity(target), name)
    distribution.to_csv(run.output.table, index=False)
    save(figure, run.output.figure)

    presence, parts = incidence(symbols_of(compounds)), compounds["part"]
    summary(presence, parts, seed=run.seed).to_csv(run.output.summary, index=False)
    elements, counts = prevalence(presence, parts), element_counts(presence, parts)
    elements.to_csv(run.output.prevalence, index=False)
    counts.to_csv(run.output.element_counts, index=False)
    by_count, by_number, periodic_table = run.output.prevalence_figures
    save(prevalence_bars(elements, "count", title=name), by_count)
    save(prevalence_bars(elements, "number", title=name), by_number)
    save(prevalence_table(elements, title=name), periodic_table)
    save(element_count_bars(counts, title=name), run.output.element_counts_figure)
