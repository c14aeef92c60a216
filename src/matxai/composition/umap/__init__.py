"""UMAP maps of what a network makes of elements and compositions, and how far to trust them.

`points.compositions` makes the table that `maps.fit_maps` fits all maps of.
"""
