"""Predict every part with the networks of a data set, score the test part, check the uncertainty."""

import _bootstrap  # noqa: F401
from matxai.composition.data.compounds import read_compounds
from matxai.composition.evaluation.scores import evaluate
from matxai.composition.network.model_file import load_network
from matxai.run.job import job
from matxai.run.progress import progress

with job(snakemake) as run:
    compounds = read_compounds(run.input.compounds)
    for place, path in enumerate(progress(run.input.models, "networks")):
        network, metadata = load_network(path)
        evaluation = evaluate(network, metadata, compounds, run.device)
        evaluation.predictions.to_csv(run.output.predictions[place], index=False)
        evaluation.metrics.to_csv(run.output.metrics[place], index=False)
        evaluation.calibration.to_csv(run.output.calibration[place], index=False)
        print(evaluation.metrics.to_string(index=False))
