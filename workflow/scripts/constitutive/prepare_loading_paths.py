"""Read, check, complete and split the raw files of a case."""

import _bootstrap  # noqa: F401
from matxai.run.tensorflow import enter_tensorflow

if snakemake.params.layout == "tfrecord":
    enter_tensorflow(snakemake, __file__)

import pandas as pd
from matxai.constitutive.laws import LAWS
from matxai.constitutive.data.manifest import check_manifest
from matxai.constitutive.data.preparation import READERS, prepare
from matxai.constitutive.settings.data import PathPreparation
from matxai.run.job import job

with job(snakemake) as run:
    settings, truth = PathPreparation.from_plain(run.params.prepare), None
    if manifest := run.input.get("manifest"):
        check_manifest(run.params.folder, manifest)
        truth = pd.read_parquet(run.input.truth)
    prepared = prepare(
        READERS[run.params.layout](run.params.folder),
        LAWS[run.params.law],
        (settings.split.train, settings.split.val),
        settings.seed,
        settings.strict,
        truth,
    )
    prepared.series.to_parquet(run.output.steps, index=False)
    prepared.files.to_csv(run.output.files, index=False)
    prepared.ranges.to_csv(run.output.ranges, index=False)
    print(prepared.ranges.to_string(index=False))
    refused = prepared.files[prepared.files["reason"].notna()]
    print(f"\n{len(refused)} of {len(prepared.files)} records refused")
    if len(refused):
        print(refused.head(50).to_string(index=False))
