"""Predict every part, score the test part, and check the predicted uncertainty."""

import _bootstrap  # noqa: F401
from matxai.composition.data.compounds import read_compounds
from matxai.composition.evaluation.scores import evaluate
from matxai.composition.network.model_file import load_network
from matxai.run.job import job

with job(snakemake) as run:
    network, metadata = load_network(run.input.model)
    evaluation = evaluate(network, metadata, read_compounds(run.input.compounds), run.device)
    evaluation.predictions.to_csv(run.output.predictions, index=False)
    evaluation.metrics.to_csv(run.output.metrics, index=False)
    evaluation.calibration.to_csv(run.output.calibration, index=False)
    print(evaluation.metrics.to_string(index=False))
