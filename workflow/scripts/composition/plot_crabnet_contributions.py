"""Draw the contributions of the elements on the periodic table and as distributions."""

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.composition.explain.contribution_summary import (
    most_frequent,
    with_class_shares,
    with_visibility,
)
from matxai.composition.figures.contributions import contribution_boxes, contribution_table
from matxai.composition.evaluation.target import contribution_quantity, is_class
from matxai.run.job import job
from matxai.composition.settings.analyses import Contributions
from matxai.plotting.style import save

with job(snakemake) as run:
    title = f"{run.params.title}, test part"
    target = contribution_quantity(run.params.target)
    settings = Contributions.from_plain(run.params.contributions)
    elements = with_visibility(pd.read_csv(run.input.elements), settings.minimum)
    if is_class(run.params.target):
        elements = with_class_shares(elements)
    elements.to_csv(run.output.periodic_table_table, index=False)
    save(contribution_table(elements, target, title), run.output.periodic_table_figure)
    frequent = most_frequent(elements, settings.elements)
    frequent.to_csv(run.output.distribution_table, index=False)
    save(contribution_boxes(frequent, target, title), run.output.distribution_figure)
