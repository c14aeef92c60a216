"""Elements as vectors: published ones, and how alike elements are in any such table.

`vectors` reads published tables and makes the start of a network from them, `correlation` compares
elements, and `electronegativity` compares those of a compound.
"""
