"""Put the explanations of a network side by side and into one summary, and draw each of them."""

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.constitutive.explain.summary import comparison, explain_summary
from matxai.constitutive.figures.importance import (
    comparison_figure,
    integrated_gradients_figure,
    permutation_figure,
    saliency_figure,
)
from matxai.constitutive.quantities import Units
from matxai.constitutive.figures.states import state_path_figure, states_figure
from matxai.constitutive.figures.tangent import tangent_figure
from matxai.plotting.style import save
from matxai.run.job import job
from matxai.run.outputs import read_json, write_json

# Names of the tables in the summary.
SUMMARISED = {
    "permutation": "permutation_importance",
    "saliency": "saliency",
    "integrated_gradients": "integrated_gradients",
    "tangent": "tangent_error",
    "variance": "state_components",
    "recovery": "state_recovery",
}

with job(snakemake) as run:
    tables = {
        name: pd.read_csv(path) for name, path in run.input.items() if str(path).endswith(".csv")
    }
    named = {title: tables[name] for name, title in SUMMARISED.items()}
    write_json(
        explain_summary(read_json(run.input.trained), named, run.params.explain),
        run.output.summary,
    )
    tables["comparison"] = comparison(
        tables["permutation"], tables["saliency"], tables["integrated_gradients"]
    )
    tables["comparison"].to_csv(run.output.comparison, index=False)
    units, title = Units(**run.params.units), run.params.title
    for name, draw in {
        "permutation": permutation_figure,
        "saliency": saliency_figure,
        "integrated_gradients": integrated_gradients_figure,
        "comparison": comparison_figure,
        "onepath": state_path_figure,
    }.items():
        save(draw(tables[name], units, title), run.output[f"{name}_figure"])
    tangents = pd.read_parquet(run.input.tangents)
    save(tangent_figure(tangents, tables["tangent"], units, title), run.output.tangent_figure)
    states = (tables[name] for name in ("variance", "recovery", "correlation"))
    save(states_figure(*states, units, title), run.output.states_figure)
