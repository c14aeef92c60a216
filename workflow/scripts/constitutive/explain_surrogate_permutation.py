"""Permute features, and features that move together, on the test paths."""

import _bootstrap  # noqa: F401
from matxai.constitutive.explain.gate import explained
from matxai.constitutive.explain.permutation import permutation
from matxai.constitutive.data.laws import LAWS
from matxai.constitutive.network.model_file import load_network
from matxai.constitutive.settings.explain import Explain
from matxai.constitutive.data.steps import read_steps
from matxai.run.job import job
from matxai.run.outputs import read_json

with job(snakemake) as run:
    network, metadata = load_network(run.input.surrogate)
    test = read_steps(run.input.steps, "test")
    trained = read_json(run.input.summary)
    x = explained(network.to(run.device), metadata.scales, test, trained["r2"])
    settings = Explain.from_plain(run.params.explain)
    found = permutation(network, metadata, LAWS[metadata.law], test, x, settings)
    found.to_csv(run.output.permutation, index=False)
    print(found.to_string(index=False))
