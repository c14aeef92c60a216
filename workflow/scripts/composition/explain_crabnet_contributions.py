"""Take the contribution of every element to every prediction; check that they average to it."""

import _bootstrap  # noqa: F401
from matxai.composition.explain.contribution_summary import summarise
from matxai.composition.explain.contributions import check_average, contributions
from matxai.composition.data.compounds import read_compounds
from matxai.composition.network.model_file import load_network
from matxai.run.job import job

with job(snakemake) as run:
    network, metadata = load_network(run.input.model)
    occurrences = contributions(network, metadata, read_compounds(run.input.compounds), run.device)
    check = check_average(occurrences, metadata.mean, metadata.std)
    occurrences.to_parquet(run.output.occurrences, index=False)
    summarise(occurrences, seed=metadata.seed).to_csv(run.output.elements, index=False)
    check.to_csv(run.output.check, index=False)
    print(check.to_string(index=False))
