"""Give each compound of a data set its oxidation states, or the reason for none."""

import _bootstrap  # noqa: F401
from matxai.composition.data.compounds import read_compounds
from matxai.composition.oxidation.tables import guesses_of, read_oxidation, write_oxidation
from matxai.run.job import job

with job(snakemake) as run:
    table = guesses_of(read_compounds(run.input.compounds), read_oxidation(run.input.guesses))
    write_oxidation(table, run.output.table)
