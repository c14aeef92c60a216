"""Find the oxidation states of every distinct composition of all data sets."""

import _bootstrap  # noqa: F401
from matxai.composition.data.compounds import read_compounds
from matxai.composition.oxidation.tables import guess_compositions, write_oxidation
from matxai.run.job import job

with job(snakemake) as run:
    tables = [read_compounds(path) for path in run.input.compounds]
    guesses = guess_compositions(tables, run.params.time_limit)
    write_oxidation(guesses, run.output.guesses)
    print(f"{len(guesses)} distinct compositions of {sum(map(len, tables))} compounds")
    print(guesses["reason"].replace("", "answered").value_counts().to_string())
