"""Send every element through a network as a pure compound."""

import _bootstrap  # noqa: F401
from matxai.composition.elements.embeddings import embed_elements, write_embeddings
from matxai.composition.network.model_file import load_network
from matxai.run.digests import file_digest
from matxai.run.job import job

with job(snakemake) as run:
    network, metadata = load_network(run.input.model)
    origin = {
        "network": metadata.network,
        "seed": metadata.seed,
        "data_sha256": metadata.data_sha256,
        "model_sha256": file_digest(run.input.model),
        "dataset": run.wildcards.dataset,
    }
    write_embeddings(embed_elements(network, metadata.elements), run.output.embeddings, origin)
