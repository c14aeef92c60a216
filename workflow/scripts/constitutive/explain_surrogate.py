"""Permutation importance, saliency, integrated gradients, and the tangent against the law's."""

import _bootstrap  # noqa: F401
from matxai.attribution.gradients import gradients
from matxai.constitutive.data.steps import read_steps
from matxai.constitutive.explain.importance import (
    integrated_gradients,
    permutation,
    saliency,
    verified_inputs,
)
from matxai.constitutive.explain.tangent import network_tangent, tangent_summary, tangent_table
from matxai.constitutive.quantities import Units, feature_quantity
from matxai.constitutive.network.model_file import load_network
from matxai.constitutive.settings.explain import ExplainSurrogate
from matxai.run.job import job
from matxai.run.outputs import read_json

with job(snakemake) as run:
    network, metadata = surrogate = load_network(run.input.surrogate)
    test = read_steps(run.input.steps, "test")
    trained = read_json(run.input.summary)
    x = verified_inputs(network.to(run.device), metadata.scales, test, trained["r2"])
    settings = ExplainSurrogate.from_plain(run.params.explain)
    slopes = gradients(network, x)
    units = {
        name: feature_quantity(name, Units(**run.params.units)).unit
        for name in [*metadata.scales.features, "stress"]
    }
    tangents = tangent_table(network_tangent(slopes, metadata.scales, test), test)
    tangents.to_parquet(run.output.tangents, index=False)
    tables = {
        "permutation": permutation(surrogate, test, x, settings),
        "saliency": saliency(slopes, metadata.scales, test, units, seed=metadata.seed),
        "integrated_gradients": integrated_gradients(surrogate, test, x, settings),
        "tangent": tangent_summary(tangents, seed=metadata.seed),
    }
    for name, table in tables.items():
        table.to_csv(run.output[name], index=False)
        print(table.to_string(index=False), end="\n\n")
