"""CrabNet and HotCrab: their parts, how they are trained, and how they predict.

`batch.Compounds` holds the compounds of a network, `crabnet.CrabNet` is the network, `fitting` trains it,
`predict.predict` predicts with it, `model_file.load_network` reads a trained one,
and `embeddings` takes the element vectors out of it.
"""
