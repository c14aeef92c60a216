"""Loading paths: raw files generated from a law or read, and the table of steps made of them.

`generator.generate` writes raw files and `manifest` notices when they change; `preparation.prepare` makes
the table of steps of what `preparation.READERS` read, and `steps.read_steps` reads this table.
"""
