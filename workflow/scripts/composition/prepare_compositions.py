"""Read, check, transform and split one data set."""

import _bootstrap  # noqa: F401
from matxai.composition.data.preparation import prepare
from matxai.composition.data.sources import read_parts, read_transport
from matxai.composition.elements.vectors import read_vectors
from matxai.composition.settings.data import (
    CompositionPreparation,
    TransportSource,
    read_source,
)
from matxai.learning.split import PARTS
from matxai.run.job import job

with job(snakemake) as run:
    source = read_source(run.params.dataset)
    if isinstance(source, TransportSource):
        raw = read_transport(source)
    else:
        raw = read_parts({part: run.input[part] for part in PARTS})
    tables = [read_vectors(path) for path in run.input.elements]
    known = set.intersection(*(set(table.index) for table in tables))
    settings = CompositionPreparation.from_plain(run.params.prepare)
    prepared = prepare(raw, source, settings, known)
    prepared.compounds.to_parquet(run.output.compounds, index=False)
    prepared.refused.to_csv(run.output.refused, index=False)
    prepared.report.to_csv(run.output.report, index=False)
    print(prepared.report.to_string(index=False))
    if len(prepared.refused):
        print("\nrefused rows:", prepared.refused.head(50).to_string(index=False), sep="\n")
