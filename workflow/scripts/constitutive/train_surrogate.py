"""Fit the one-step network of a case."""

from pathlib import Path

import _bootstrap  # noqa: F401
from matxai.constitutive.network.fitting import train
from matxai.constitutive.settings.network import Surrogate, SurrogateTraining
from matxai.constitutive.data.steps import complete_columns, read_steps
from matxai.learning.model_file import save_model
from matxai.run.digests import digest, file_digest
from matxai.run.job import job
from matxai.run.outputs import write_json

with job(snakemake) as run:
    case, table = run.params.case, read_steps(run.input.steps)
    data = file_digest(run.input.steps)
    fitted, metadata, summary = train(
        table,
        case["features"] if case["chosen"] else complete_columns(case["features"], table),
        case["target"],
        Surrogate.from_plain(run.params.network),
        SurrogateTraining.from_plain(run.params.train),
        seed=run.seed,
        device=run.device,
        checkpoint=Path(run.params.checkpoint),
        fingerprint=digest(
            data, case, run.params.network, run.params.train, run.seed, run.params.code
        ),
        law=case["law"],
        data_sha256=data,
        versions=run.params.libs,
    )
    save_model(run.output.model, fitted.state, metadata)
    fitted.history.to_csv(run.output.history, index=False)
    write_json(summary, run.output.training)

Path(snakemake.params.checkpoint).unlink(missing_ok=True)
