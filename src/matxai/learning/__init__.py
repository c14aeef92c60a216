"""Training of networks: one loop for every line, from its settings to the file of the trained network.

A line brings a task, whose batches, loss and validation error are its own, and settings, whose recipe
says how to optimise; `fit` gives back the best state, and goes on to the same result when interrupted.

- `loop.fit`: trains a network; `loop.FitResult` is what it gives.
- `recipe.Recipe`: optimiser (`AdamW`, `SGD`), schedule (`OneCycle`, `ExponentialDecay`), when to stop.
- `tasks.Task`: what a line brings; `tasks.RowTask` and `tasks.LoaderTask` make its batches.
- `settings.CycleTraining`: the settings of a training with AdamW and one cycle; makes the recipe.
- `observer.Observer`: what may watch a training.
- `model_file.ModelMetadata`, `save_model`, `load_model`: weights and metadata in one file.
- `split.Split`: shares of the train, validation and test parts.
"""
