"""Training of networks: one loop for every line, from its settings to the file of the trained network.

A line brings a task, whose batches, loss and validation error are its own, and settings, whose recipe
says how to optimise; `loop.fit` gives back the best state, and goes on to the same result when interrupted.
"""
