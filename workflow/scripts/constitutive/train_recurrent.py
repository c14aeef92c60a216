"""Fit the recurrent network of a case to whole paths."""

from pathlib import Path

import _bootstrap  # noqa: F401
from matxai.constitutive.network.fitting import train
from matxai.constitutive.laws import LAWS
from matxai.constitutive.settings.network import Recurrent, RecurrentTraining
from matxai.constitutive.data.steps import complete_columns, history_features, read_steps
from matxai.learning.model_file import save_model
from matxai.run.digests import digest, file_digest
from matxai.run.job import job
from matxai.run.outputs import write_json

with job(snakemake) as run:
    law, table = run.params.law, read_steps(run.input.steps)
    data = file_digest(run.input.steps)
    fitted, metadata, summary = train(
        table,
        complete_columns(history_features(LAWS[law]), table),
        "stress",
        Recurrent.from_plain(run.params.network),
        RecurrentTraining.from_plain(run.params.train),
        seed=run.seed,
        device=run.device,
        checkpoint=Path(run.params.checkpoint),
        fingerprint=digest(
            data, law, run.params.network, run.params.train, run.seed, run.params.code
        ),
        law=law,
        data_sha256=data,
        versions=run.params.libs,
    )
    save_model(run.output.model, fitted.state, metadata)
    fitted.history.to_csv(run.output.history, index=False)
    write_json(summary, run.output.training)

Path(snakemake.params.checkpoint).unlink(missing_ok=True)
