"""Answer random strain paths by the law itself, written in a raw layout."""

import _bootstrap  # noqa: F401
from matxai.run.tensorflow import enter_tensorflow

if snakemake.params.case["layout"] == "tfrecord":
    enter_tensorflow(snakemake, __file__)

from matxai.constitutive.settings.data import Generation
from matxai.constitutive.data.generator import generate
from matxai.constitutive.data.manifest import write_manifest
from matxai.run.job import job

with job(snakemake) as run:
    truth = generate(Generation.from_plain(run.params.case), run.output.raw)
    truth.to_parquet(run.output.truth, index=False)
    write_manifest(run.output.raw, run.output.manifest)
