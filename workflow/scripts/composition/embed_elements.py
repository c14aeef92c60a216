"""Send every element through a network as a pure compound; take out the vectors asked for."""

import _bootstrap  # noqa: F401
from matxai.composition.network.embeddings import embed_elements, vector_table, write_embeddings
from matxai.composition.network.model_file import load_network
from matxai.run.digests import file_digest
from matxai.run.job import job

with job(snakemake) as run:
    network, metadata = load_network(run.input.model)
    embeddings = embed_elements(network, metadata.elements)
    origin = {
        "network": metadata.network,
        "seed": metadata.seed,
        "data_sha256": metadata.data_sha256,
        "model_sha256": file_digest(run.input.model),
        "dataset": run.wildcards.dataset,
    }
    write_embeddings(embeddings, run.output.embeddings, origin)
    for name, path in zip(run.params.names, run.output.tables, strict=True):
        vector_table(embeddings, name).to_csv(path)
