"""What surrounds a script when Snakemake runs it, and what the rules ask of the library.

A script works inside `job.job`: seed, threads and device are set, what it prints goes to its log, and
its outputs appear whole or not at all.

The rules use `requests`, `results`, `provenance`, `terminal` and `closing`; tests run the real scripts
with `snakemake_object`; the rest is for scripts and the library.
"""
