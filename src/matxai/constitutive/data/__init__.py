"""Loading paths: raw files generated from a law or read, and the table of steps made of them.

`generator.generate` writes raw files, `raw.readers.READERS` reads them, `preparation.prepare` makes the
table of steps, and `steps.read_steps` reads it.
"""
