"""UMAP maps of what a network makes of elements and compositions, and how far to trust them.

The maps are those of Wang et al. 2022 (Integr. Mater. Manuf. Innov. 11:41). `points.compositions` makes the
table that `maps.fit_maps` fits all maps of, and `summary.stability_summary` says how far they can be
trusted.
"""
