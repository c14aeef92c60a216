"""Networks that learn stresses: a perceptron for one step, and a recurrent one for a whole path.

`networks` defines them, `fitting` trains them, `model_file.load_network` reads a trained one, and
`prediction` predicts stresses step by step, in a closed loop or along a path.
"""
