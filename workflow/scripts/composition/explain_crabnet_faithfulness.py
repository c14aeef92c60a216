"""Compare attention with what the prediction depends on, element by element."""

import _bootstrap  # noqa: F401
from matxai.composition.settings.analyses import Faithfulness
from matxai.composition.data.compounds import read_compounds
from matxai.composition.explain.faithfulness import (
    REFERENCES,
    agreement,
    agreement_of_references,
    verdicts,
)
from matxai.composition.explain.importance import sample_compounds, importances
from matxai.composition.network.model_file import load_network
from matxai.run.job import job

with job(snakemake) as run:
    settings = Faithfulness.from_plain(run.params.faithfulness)
    network, metadata = load_network(run.input.model)
    sample = sample_compounds(read_compounds(run.input.compounds), settings)
    print(f"{len(sample)} compounds of the test part with at least two elements")
    elements, check = importances(network, metadata, sample, settings, run.device)
    elements.to_parquet(run.output.elements, index=False)
    check.to_csv(run.output.check, index=False)
    table = agreement(elements, seed=settings.seed)
    table.to_csv(run.output.agreement, index=False)
    agreement_of_references(elements, seed=settings.seed).to_csv(run.output.references, index=False)
    print(check.to_string(index=False))
    for reference in REFERENCES:
        print(f"heads against {reference}: {verdicts(table, reference)}")
