"""Prepared tables of given formulas, and networks that were never trained, for tests."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import torch

from matxai.composition.data.compounds import amounts_of
from matxai.composition.data.formulas import SYMBOL_OF, parse_formula, reduced_formula
from matxai.composition.elements.vectors import network_vectors, read_element_vectors
from matxai.composition.network.crabnet import CrabNet
from matxai.composition.network.model_file import CrabNetMetadata
from matxai.learning.model_file import save_model

MEAN, STD = 10.0, 2.0
METADATA = SimpleNamespace(mean=MEAN, std=STD, elements=["O", "Fe", "Na"])
PARTS = ("train", "train", "train", "val", "test")
SHAPE = {"width": 16, "layers": 2, "heads": 2, "feedforward": 32, "dropout": 0.1, "head": [8]}


def prepared(formulas, target=0.0, part="test"):
    """The table that preparation makes of these formulas; one target and part for all, or a list."""
    amounts = [parse_formula(formula) for formula in formulas]
    table = pd.DataFrame(
        {
            "part": part,
            "file": "",
            "line": np.arange(len(amounts)) + 2,
            "formula": formulas,
            "target": target,
            "reduced": [reduced_formula(held) for held in amounts],
            "numbers": [list(held) for held in amounts],
            "amounts": [list(held.values()) for held in amounts],
        }
    )
    return table.assign(file=table["part"] + ".csv")


def random_formulas(counts, elements=range(1, 90), most=8, seed=0):
    """A formula of so many of the elements for each of the counts, with amounts of 1 to `most`."""
    rng = np.random.default_rng(seed)
    picked = [rng.choice(elements, size=count, replace=False) for count in counts]
    return ["".join(f"{SYMBOL_OF[n]}{rng.integers(1, most + 1)}" for n in each) for each in picked]


def mean_worth(table, worth):
    """The mean of worth[atomic number] over the atoms of each compound."""
    return np.array(
        [
            sum(worth[n] * a for n, a in held.items()) / sum(held.values())
            for held in amounts_of(table)
        ]
    )


def save_untrained(path):
    """A model file of a network as it starts."""
    torch.manual_seed(0)
    network = CrabNet(torch.from_numpy(network_vectors(read_element_vectors("onehot"))), **SHAPE)
    metadata = CrabNetMetadata(
        network="hotcrab", seed=0, shape=SHAPE, mean=1.0, std=2.0, elements=["O", "Fe"],
        data_sha256="0" * 64, best_epoch=1, settings={}, task="regression",
    )  # fmt: skip
    save_model(path, network.state_dict(), metadata)
