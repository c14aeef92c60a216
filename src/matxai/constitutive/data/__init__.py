"""Loading paths: material laws, raw files generated or read, and the table of steps made of them.

`laws.LAWS` holds the laws, `generator.generate` writes raw files, `raw.readers.READERS` reads them,
`preparation.prepare` makes the table of steps, and `steps.read_steps` reads it.
"""
