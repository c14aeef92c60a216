"""Fit CrabNet or HotCrab to one data set with one seed."""

from pathlib import Path

import _bootstrap  # noqa: F401
import torch
from matxai.composition.dataset import read_compounds, training_elements
from matxai.composition.element_vectors import network_vectors, read_vectors
from matxai.composition.fitting import network_shape, regression, train_on
from matxai.composition.model_file import Card, save_network
from matxai.composition.settings import Network, Train
from matxai.digests import digest, file_digest
from matxai.job import job

with job(snakemake) as run:
    table = read_compounds(run.input.compounds)
    vectors = read_vectors(run.input.vectors)
    shape, settings = Network.from_plain(run.params.network), Train.from_plain(run.params.train)
    data = file_digest(run.input.compounds)
    task = regression(table, settings, run.device)
    fitted = train_on(
        task,
        torch.from_numpy(network_vectors(vectors)),
        shape,
        settings,
        seed=run.seed,
        device=run.device,
        checkpoint=Path(run.params.checkpoint),
        fingerprint=digest(
            data, file_digest(run.input.vectors), run.params.network, run.params.train, run.seed,
            run.params.code,
        ),
    )  # fmt: skip
    card = Card(
        network=run.wildcards.network,
        seed=run.seed,
        shape=network_shape(shape),
        mean=task.mean,
        std=task.std,
        elements=training_elements(table),
        data_sha256=data,
        best_epoch=fitted.best_epoch + 1,
        settings=run.params.train,
    )
    save_network(Path(run.output.model), fitted.state, card)
    fitted.history.to_csv(run.output.history, index=False)

Path(snakemake.params.checkpoint).unlink(missing_ok=True)
