"""Draw every explanation of a network."""

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.constitutive.figures.importance import (
    comparison_figure,
    integrated_gradients_figure,
    permutation_figure,
    saliency_figure,
)
from matxai.constitutive.figures.states import state_path_figure, states_figure
from matxai.constitutive.figures.tangent import tangent_figure
from matxai.constitutive.quantities import Units
from matxai.run.job import job
from matxai.plotting.style import save

with job(snakemake) as run:
    units = Units(**run.params.units)
    title = run.params.title
    read = {
        name: pd.read_csv(path) for name, path in run.input.items() if str(path).endswith(".csv")
    }
    for name, draw in {
        "permutation": permutation_figure,
        "saliency": saliency_figure,
        "integrated": integrated_gradients_figure,
        "comparison": comparison_figure,
        "onepath": state_path_figure,
    }.items():
        save(draw(read[name], units, title), run.output[name])
    tangents = pd.read_parquet(run.input.tangents)
    save(tangent_figure(tangents, read["tangent"], units, title), run.output.tangent)
    figure = states_figure(read["variance"], read["recovery"], read["correlation"], units, title)
    save(figure, run.output.states)
