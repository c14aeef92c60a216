"""Static figures, interactive pages and videos of compounds, elements and the networks trained on them.

`quantities` holds the labels of their axes.

- Data: `data` (sizes, elements and targets of the data sets), `oxidation`.
- Elements: `vectors` (as lines, and their correlations).
- Networks: `evaluation` (training and errors), `contributions`, `faithfulness`.
- Attention: `attention` (of one compound, and of pairs of elements), `attention_page`, `attention_video`.
- UMAP: `umap`.
"""
