"""Settings of the line `constitutive`, apart by who reads them.

`line.Constitutive` is the block of the configuration. `data`, `network` and `explain` hold its parts.
"""
