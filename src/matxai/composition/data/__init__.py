"""Tables of compounds: raw rows are read, parsed, refused with a reason, split and described.

`sources` reads raw rows, `formulas` turns formulas into amounts by atomic number, `preparation.prepare`
makes the table that every later rule starts from, and `compounds.read_compounds` reads it.
"""
