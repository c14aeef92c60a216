"""Predict the test paths step by step and in a closed loop, and score them."""

import _bootstrap  # noqa: F401
from matxai.constitutive.evaluation.scores import evaluate, typical_path
from matxai.constitutive.evaluation.residuals import residual_histogram, residual_quantiles
from matxai.constitutive.network.model_file import load_network
from matxai.constitutive.data.steps import read_steps
from matxai.run.job import job
from matxai.run.outputs import read_json, write_json

with job(snakemake) as run:
    surrogate, recurrent = load_network(run.input.surrogate), load_network(run.input.recurrent)
    test = read_steps(run.input.steps, "test")
    surrogate[0].to(run.device)
    recurrent[0].to(run.device)
    table, accuracy, summary = evaluate(surrogate, recurrent, test)
    residual = (table["prediction"] - table["stress"]).to_numpy()
    table.to_parquet(run.output.predictions, index=False)
    accuracy.to_csv(run.output.accuracy, index=False)
    typical_path(table).to_csv(run.output.onepath, index=False)
    residual_histogram(residual, table["group"]).to_csv(run.output.residuals, index=False)
    bands = residual_quantiles(table["strain"].to_numpy(), residual)
    bands.to_csv(run.output.residual_bands, index=False)
    training = dict(zip(("one step", "recurrent"), map(read_json, run.input.training), strict=True))
    write_json(summary | {"training": training}, run.output.summary)
    print(accuracy.to_string(index=False))
