"""Map the vectors of single elements and of whole compounds to two dimensions, layer by layer."""

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.composition.settings.analyses import GlobalUmap, LocalUmap
from matxai.composition.data.compounds import read_compounds
from matxai.composition.umap.points import compositions
from matxai.composition.network.model_file import load_network
from matxai.composition.oxidation.tables import read_oxidation
from matxai.composition.umap.maps import fit_maps
from matxai.run.job import job

with job(snakemake) as run:
    local_umap, global_umap = run.params.local_umap, run.params.global_umap
    table = compositions(
        read_compounds(run.input.compounds),
        pd.read_csv(run.input.predictions, usecols=["part", "line", "prediction"]),
        read_oxidation(run.input.oxidation),
    )
    network, _ = load_network(run.input.model)
    maps = fit_maps(
        network,
        table,
        LocalUmap.from_plain(local_umap) if local_umap else None,
        GlobalUmap.from_plain(global_umap) if global_umap else None,
    )
    maps.stability.to_csv(run.output.stability, index=False)
    maps.local_points.to_parquet(run.output.local_points, index=False)
    maps.global_points.to_parquet(run.output.global_points, index=False)
    print(maps.stability.to_string(index=False))
