"""Score the training mean and a random forest on the same test part."""

import _bootstrap  # noqa: F401
from matxai.composition.evaluation.baselines import evaluate_baselines
from matxai.composition.data.compounds import read_compounds
from matxai.composition.elements.vectors import read_vectors
from matxai.run.job import job

with job(snakemake) as run:
    vectors = read_vectors(run.input.vectors)
    table = read_compounds(run.input.compounds)
    metrics = evaluate_baselines(
        table, vectors, trees=run.params.trees, seeds=run.params.seeds, threads=run.threads,
        task=run.params.task,
    )  # fmt: skip
    metrics.to_csv(run.output.metrics, index=False)
    print(metrics.to_string(index=False))
