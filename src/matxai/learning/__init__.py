"""Training of networks: one loop for every line, from its settings to the file of the trained network.

A line brings a task (`tasks`), whose batches, loss and validation error are its own, and settings
(`settings.TrainingSettings`), whose `recipe.Recipe` says how to optimise. `loop.fit` gives back the best
state, and goes on to the same result when interrupted; `model_file` writes and reads it with its metadata.
"""
