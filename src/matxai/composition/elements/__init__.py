"""Elements as vectors: published ones, those that a network learned, and how alike elements are in them.

`vectors` reads published tables and makes the start of a network from them, `embeddings` takes the
vectors out of a network, `correlation` compares elements, and `electronegativity` compares those of
a compound.
"""
