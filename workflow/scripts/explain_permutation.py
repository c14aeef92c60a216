"""Permute features, and features that move together, on the test paths."""

import json
from pathlib import Path

import _bootstrap  # noqa: F401
from matxai.constitutive.explanation import explained, permutation
from matxai.constitutive.laws import LAWS
from matxai.constitutive.model_file import load_network
from matxai.constitutive.settings import Explain
from matxai.constitutive.steps import read_steps
from matxai.job import job

with job(snakemake) as run:
    network, card = load_network(run.input.surrogate)
    test = read_steps(run.input.steps, "test")
    trained = json.loads(Path(run.input.summary).read_text(encoding="utf-8"))
    x = explained(network.to(run.device), card.scales, test, trained["r2"])
    settings = Explain.from_plain(run.params.explain)
    found = permutation(network, card, LAWS[card.law], test, x, settings)
    found.to_csv(run.output.permutation, index=False)
    print(found.to_string(index=False))
