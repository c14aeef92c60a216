"""Settings of the line `composition`, apart by who reads them.

`line.Composition` is the block of the configuration. `data`, `network`, `attention` and `analyses` hold
its parts, `tasks` names what can be learned, and `symbols.ELEMENTS` lists the elements.
"""
