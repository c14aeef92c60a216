"""Put the explanations of a network side by side, and into one summary."""

import json
from pathlib import Path

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.constitutive.explanation import comparison, explain_summary
from matxai.constitutive.model_file import load_network
from matxai.job import job

TABLES = {
    "permutation": "permutation_importance",
    "saliency": "saliency",
    "integrated": "integrated_gradients",
    "tangent": "tangent_error",
    "variance": "state_components",
    "recovery": "state_recovery",
}

with job(snakemake) as run:
    _, card = load_network(run.input.surrogate)
    tables = {name: pd.read_csv(run.input[name]) for name in TABLES}
    beside = comparison(tables["permutation"], tables["saliency"], tables["integrated"])
    beside.to_csv(run.output.comparison, index=False)
    trained = json.loads(Path(run.input.summary).read_text(encoding="utf-8"))
    named = {TABLES[name]: table for name, table in tables.items()}
    summary = explain_summary(card, trained, named, run.params.explain)
    Path(run.output.summary).write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
