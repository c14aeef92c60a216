"""Map the vectors of single elements and of whole compounds to two dimensions, layer by layer."""

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.composition.analysis_settings import GlobalUmap, LocalUmap
from matxai.composition.dataset import read_compounds
from matxai.composition.umap.points import compositions
from matxai.composition.model_file import load_network
from matxai.composition.oxidation_tables import read_oxidation
from matxai.composition.umap.maps import fit_maps
from matxai.job import job

with job(snakemake) as run:
    local, whole = run.params.local_umap, run.params.global_umap
    table = compositions(
        read_compounds(run.input.compounds),
        pd.read_csv(run.input.predictions, usecols=["part", "line", "prediction"]),
        read_oxidation(run.input.oxidation),
    )
    network, _ = load_network(run.input.model)
    maps = fit_maps(
        network,
        table,
        LocalUmap.from_plain(local) if local else None,
        GlobalUmap.from_plain(whole) if whole else None,
    )
    maps.stability.to_csv(run.output.stability, index=False)
    maps.local.to_parquet(run.output.local, index=False)
    maps.whole.to_parquet(run.output.whole, index=False)
    print(maps.stability.to_string(index=False))
