"""Static figures, interactive pages and videos of compounds, elements and the networks trained on them.

Each module draws from the tables of the module that it is named after; `quantities` holds the labels of
their axes.

- Data: `datasets`, `target`, `prevalence`, `vectors`, `oxidation`, on an `element_axis` where needed.
- Elements: `correlation`.
- Networks: `summary`, `contributions`, `faithfulness`.
- Attention: `attention`, `attention_page`, `attention_video` of one compound; `attention_elements` of pairs
  of elements.
- UMAP: `umap`, `umap_stability`.
"""
