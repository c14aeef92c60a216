"""Predict the test part by the training mean (or class share) and by random forests."""

import _bootstrap  # noqa: F401
from matxai.composition.evaluation.baselines import predict_baselines
from matxai.composition.data.compounds import read_compounds
from matxai.composition.elements.vectors import read_vectors
from matxai.run.job import job

with job(snakemake) as run:
    vectors = read_vectors(run.input.vectors)
    table = read_compounds(run.input.compounds)
    predictions = predict_baselines(
        table, vectors, trees=run.params.trees, seeds=run.params.seeds, threads=run.threads,
        task=run.params.task,
    )  # fmt: skip
    predictions.to_csv(run.output.predictions, index=False)
