"""Tables of compounds: raw rows are read, parsed, refused with a reason, split and described.

Every later rule starts from the table that this package prepares.
`compounds.read_compounds` reads it, `formulas` turns formulas into amounts by atomic number,
`sources` reads raw rows, and `preparation.prepare` makes the table of them.
"""
