"""Fit CrabNet or HotCrab to one data set with one seed; keep its attention if that is asked for."""

import shutil
from pathlib import Path

import _bootstrap  # noqa: F401
import torch
from matxai.composition.attention.capture import AttentionCapture
from matxai.composition.attention.writer import pack
from matxai.composition.data.compounds import read_compounds, training_elements
from matxai.composition.elements.vectors import network_vectors, read_vectors
from matxai.composition.network.fitting import network_shape, task_of, train_on
from matxai.composition.network.model_file import CrabNetMetadata
from matxai.composition.settings.attention import Attention
from matxai.composition.settings.network import CrabNetShape, CrabNetTraining
from matxai.learning.model_file import save_model
from matxai.run.digests import digest, file_digest
from matxai.run.job import job

captured, checkpoint = Path(snakemake.params.captured), Path(snakemake.params.checkpoint)
with job(snakemake) as run:
    table = read_compounds(run.input.compounds)
    vectors = network_vectors(read_vectors(run.input.vectors))
    shape = CrabNetShape.from_plain(run.params.network)
    settings = CrabNetTraining.from_plain(run.params.train)
    task = task_of(run.params.task, table, settings, run.device)
    data = file_digest(run.input.compounds)
    capture = AttentionCapture(
        table, task, Attention.from_plain(run.params.attention), settings, shape, captured,
        known=vectors.any(axis=1), origin={**dict(run.wildcards.items()), "data_sha256": data},
    ) if run.params.attention else None  # fmt: skip
    fitted = train_on(
        task, torch.from_numpy(vectors), shape, settings,
        seed=run.seed, device=run.device, checkpoint=checkpoint,
        fingerprint=digest(
            data, file_digest(run.input.vectors), run.seed,
            *(run.params[name] for name in ("task", "network", "train", "attention", "code")),
        ),
        observer=capture,
    )  # fmt: skip
    metadata = CrabNetMetadata(
        network=run.wildcards.network,
        seed=run.seed,
        shape=network_shape(shape),
        mean=task.mean,
        std=task.std,
        elements=training_elements(table),
        data_sha256=data,
        best_epoch=fitted.best_epoch + 1,
        settings=run.params.train,
        task=task.name,
    )
    save_model(run.output.model, fitted.state, metadata)
    fitted.history.to_csv(run.output.history, index=False)
    if capture:
        pack(captured, Path(run.output.attention))

checkpoint.unlink(missing_ok=True)
shutil.rmtree(captured, ignore_errors=True)
