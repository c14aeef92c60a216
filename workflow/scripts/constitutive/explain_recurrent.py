"""Principal components of the recurrent state against the internal variables."""

import _bootstrap  # noqa: F401
import pandas as pd
from matxai.constitutive.laws import LAWS
from matxai.constitutive.network.model_file import load_network
from matxai.constitutive.network.prediction import hidden_states
from matxai.constitutive.settings.explain import ExplainStates
from matxai.constitutive.explain.states import state_components, state_path
from matxai.constitutive.data.steps import read_steps
from matxai.run.job import job

with job(snakemake) as run:
    network, metadata = load_network(run.input.recurrent)
    table = read_steps(run.input.steps)
    internal = table[list(LAWS[metadata.law].internal)]
    found = state_components(
        hidden_states(network.to(run.device), metadata.scales, table),
        internal,
        table["part"],
        table["path"],
        components=ExplainStates.from_plain(run.params.explain).components,
        seed=metadata.seed,
        extra=table[["strain", "stress"]],
    )
    found.variance.to_csv(run.output.variance, index=False)
    found.recovery.to_csv(run.output.recovery, index=False)
    found.correlation.to_csv(run.output.correlation, index=False)
    keys = table[["path", "part", "step"]]
    keys.join(found.scores).to_parquet(run.output.scores, index=False)
    chosen = pd.read_csv(run.input.onepath)["path"].iloc[0]
    state_path(found, table, chosen).to_csv(run.output.onepath, index=False)
    print(found.recovery.to_string(index=False))
