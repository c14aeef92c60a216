"""What surrounds a script when Snakemake runs it, and what the rules ask of the library.

A script works inside `job.job`; tests run the real scripts with `snakemake_object`. The rules use
`requests`, `results`, `provenance`, `terminal` and `closing`; the rest is for scripts and the library.
"""
