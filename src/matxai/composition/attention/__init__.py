"""Attention of chosen compounds through the training of a network: captured, stored and read.

`selection` chooses the compounds, `capture` takes their attention out of the forward pass, `writer` and
`pack` store it, `store.AttentionStore` reads it; `elements`, `summary` and `shown_compounds` evaluate it.
"""
