"""Draw the vectors of chosen elements in every representation."""

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.composition.elements.correlation import standardise
from matxai.composition.figures.vectors import element_vectors
from matxai.composition.elements.vectors import read_vectors
from matxai.run.job import job
from matxai.plotting.style import save

with job(snakemake) as run:
    paths = [*run.input.published, *run.input.networks]
    tables = {
        name: standardise(read_vectors(path))
        for name, path in zip(run.params.names, paths, strict=True)
    }
    chosen = {
        name: table.loc[table.index.isin(run.params.elements)] for name, table in tables.items()
    }
    long = pd.concat({n: t.set_axis(range(t.shape[1]), axis=1).stack() for n, t in chosen.items()})
    long.rename_axis(["representation", "element", "component"]).rename("value").to_csv(
        run.output.table
    )
    save(element_vectors(tables, run.params.elements), run.output.figure)
