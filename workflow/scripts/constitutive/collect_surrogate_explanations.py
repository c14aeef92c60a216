"""Put the explanations of a network side by side, and into one summary."""

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.constitutive.explain.summary import comparison, explain_summary
from matxai.run.job import job
from matxai.run.outputs import read_json, write_json

TABLES = {
    "permutation": "permutation_importance",
    "saliency": "saliency",
    "integrated": "integrated_gradients",
    "tangent": "tangent_error",
    "variance": "state_components",
    "recovery": "state_recovery",
}

with job(snakemake) as run:
    tables = {name: pd.read_csv(run.input[name]) for name in TABLES}
    beside = comparison(tables["permutation"], tables["saliency"], tables["integrated"])
    beside.to_csv(run.output.comparison, index=False)
    named = {TABLES[name]: table for name, table in tables.items()}
    summary = explain_summary(read_json(run.input.summary), named, run.params.explain)
    write_json(summary, run.output.summary)
