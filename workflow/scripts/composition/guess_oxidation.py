"""Find the oxidation states of every distinct composition, and give them to each data set."""

import _bootstrap  # noqa: F401
from matxai.composition.data.compounds import read_compounds
from matxai.composition.oxidation.tables import guess_compositions, guesses_of, write_oxidation
from matxai.run.job import job

with job(snakemake) as run:
    datasets = [read_compounds(path) for path in run.input.compounds]
    guesses = guess_compositions(datasets, run.params.time_limit)
    write_oxidation(guesses, run.output.guesses)
    for compounds, path in zip(datasets, run.output.tables, strict=True):
        write_oxidation(guesses_of(compounds, guesses), path)
    print(f"{len(guesses)} distinct compositions of {sum(map(len, datasets))} compounds")
    print(guesses["reason"].replace("", "answered").value_counts().to_string())
