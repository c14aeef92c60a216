"""Saliency, integrated gradients, and the tangent against that of the law."""

import _bootstrap  # noqa: F401
from matxai.attribution.saliency import gradients
from matxai.constitutive.explain.gate import explained
from matxai.constitutive.explain.gradients import integrated_gradients, saliency
from matxai.constitutive.data.laws import LAWS
from matxai.constitutive.network.model_file import load_network
from matxai.constitutive.quantities import Units, feature_quantity
from matxai.constitutive.settings.explain import Explain
from matxai.constitutive.data.steps import read_steps
from matxai.constitutive.explain.tangent import network_tangent, tangent_summary, tangent_table
from matxai.run.job import job
from matxai.run.outputs import read_json

with job(snakemake) as run:
    network, metadata = load_network(run.input.surrogate)
    test = read_steps(run.input.steps, "test")
    trained = read_json(run.input.summary)
    x = explained(network.to(run.device), metadata.scales, test, trained["r2"])
    settings, slopes = Explain.from_plain(run.params.explain), gradients(network, x)
    names = [*metadata.scales.features, "stress"]
    units = {name: feature_quantity(name, Units(**run.params.units)).unit for name in names}
    saliency(slopes, metadata, test, units).to_csv(run.output.saliency, index=False)
    shares = integrated_gradients(network, metadata, LAWS[metadata.law], test, x, settings)
    shares.to_csv(run.output.integrated, index=False)
    tangents = tangent_table(network_tangent(slopes, metadata, test), test)
    tangents.to_parquet(run.output.tangents, index=False)
    summary = tangent_summary(tangents, seed=metadata.seed)
    summary.to_csv(run.output.tangent, index=False)
    print(shares.to_string(index=False), summary.to_string(index=False), sep="\n\n")
