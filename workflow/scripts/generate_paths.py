"""Answer random strain paths by the law itself, written in a raw layout."""

import _bootstrap  # noqa: F401
from matxai.handover import enter_tensorflow

if snakemake.params.case["layout"] == "tfrecord":
    enter_tensorflow(snakemake, __file__)

from matxai.constitutive.data_settings import Generated
from matxai.constitutive.generator import generate
from matxai.constitutive.manifest import write_manifest
from matxai.job import job

with job(snakemake) as run:
    truth = generate(Generated.from_plain(run.params.case), run.output.raw)
    truth.to_parquet(run.output.truth, index=False)
    write_manifest(run.output.raw, run.output.manifest)
