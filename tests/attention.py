"""Attention stores with planted contents."""

from pathlib import Path

import numpy as np
import pandas as pd

from matxai.composition.attention.writer import AttentionWriter, pack
from matxai.composition.data.formulas import NUMBER_OF, parse_formula, reduced_formula


def softmax(rng, *shape):
    """Random weights of every size; rows sum to 1."""
    scores = np.exp(3 * rng.normal(size=shape))
    return (scores / scores.sum(-1, keepdims=True)).astype(np.float32)


def planted_store(folder, formulas, targets, *, steps=6, layers=2, heads=3, seed=0, epoch_steps=10):
    """Pack a store of random weights and predictions; elements in the order of the formulas.

    Returns its path, the weights (steps, layers, heads, n, n) of each formula and the predictions
    (formulas, steps). A capture is taken every ``epoch_steps`` batches.
    """
    amounts = [parse_formula(formula) for formula in formulas]
    elements = [np.array(list(held)) for held in amounts]
    captured = pd.DataFrame(
        {
            "formula": formulas,
            "reduced": [reduced_formula(held) for held in amounts],
            "elements": elements,
            "fractions": [np.array(list(h.values())) / sum(h.values()) for h in amounts],
            "row": np.arange(len(formulas)),
            "target": targets,
        }
    )
    store = AttentionWriter(
        Path(folder) / "planted.zarr", captured, layers=layers, heads=heads,
        origin={"network": "crabnet", "epoch_steps": epoch_steps},
    )  # fmt: skip
    store.create()
    rng = np.random.default_rng(seed)
    weights = [softmax(rng, steps, layers, heads, len(e), len(e)) for e in elements]
    predictions = rng.normal(size=(len(formulas), steps)).astype(np.float32)
    for step in range(steps):
        store.append(
            epoch_steps * (step + 1),
            {n: np.stack([weights[r][step] for r in rows]) for n, rows in store.members.items()},
            {n: predictions[rows, step] for n, rows in store.members.items()},
        )
    path = Path(folder) / "planted.zarr.zip"
    pack(store.folder, path)
    return path, weights, predictions


def symbols_of(formula):
    """Element symbols in the order of a planted store."""
    names = {number: symbol for symbol, number in NUMBER_OF.items()}
    return [names[number] for number in parse_formula(formula)]
