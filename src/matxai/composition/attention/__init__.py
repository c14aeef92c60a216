"""Attention of chosen compounds through the training of a network: captured, stored and read.

`capture` chooses the compounds and takes their attention out of the forward pass, `writer`
stores it, `store.AttentionStore` reads it; `tables` and `shown_compounds` evaluate it.
"""
