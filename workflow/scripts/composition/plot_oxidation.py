"""Draw how many compounds have a guess, each element's states, and how many are common ones."""

import _bootstrap  # noqa: F401
from matxai.composition.figures.oxidation import (
    common_shares_figure,
    outcome_figure,
    state_figure,
)
from matxai.composition.oxidation.tables import (
    common_shares,
    element_states,
    outcomes,
    read_oxidation,
)
from matxai.run.job import job
from matxai.plotting.style import save

with job(snakemake) as run:
    tables = {
        name: read_oxidation(path)
        for name, path in zip(run.params.datasets, run.input.tables, strict=True)
    }
    states = element_states(read_oxidation(run.input.guesses))
    drawn = {
        "outcomes": (outcomes(tables), outcome_figure),
        "states": (states, state_figure),
        "agreement": (common_shares(states), common_shares_figure),
    }
    for view, (table, figure) in drawn.items():
        table.to_csv(run.output[f"{view}_table"], index=False)
        save(figure(table), run.output[f"{view}_figure"])
