"""CrabNet and HotCrab: their parts, how they are trained, and how they predict.

`batch.Compounds` holds the compounds of a network, `crabnet.CrabNet` is the network, `fitting` trains it,
`predict` predicts with it, `model_file` reads a trained one, and `embeddings` takes its element vectors.
"""
