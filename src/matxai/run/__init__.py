"""What surrounds a script when Snakemake runs it, and what the rules ask of the library.

A script works inside `job.job`: seed, threads and device are set, what it prints goes to its log, and
its outputs appear whole or not at all.

Used by scripts: `job.job`, `tensorflow.enter_tensorflow`, `outputs.read_json`, `outputs.write_json`.
Used by the library: `errors.InputError`, `progress.progress`, `progress.report`, `digests.digest`,
`digests.file_digest`, `download.download`.
Used by the rules: `requests.by_size`, `requests.gpus`, `provenance`, `terminal.calm_terminal`,
`terminal.past_seconds`, `closing.closing_lines`.
Used by tests: `snakemake_object.SnakemakeObject`, `snakemake_object.run_script`.
"""
