"""Steps answered exactly by a law, and that law itself as a network."""

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from matxai.constitutive.data.generator import strain_path
from matxai.constitutive.laws import LAWS
from matxai.constitutive.network.model_file import Scales
from matxai.constitutive.settings.data import CASES

KINDS = ("cyclic", "ramp_and_hold", "random")


def steps_table(name, paths=20, steps=30, seed=0):
    """A table of steps as preparation gives it, made without it; parts 60/20/20 by path."""
    case, law = CASES[name], LAWS[name]
    generator = np.random.default_rng(seed)
    tables = []
    for path in range(paths):
        strain = strain_path(KINDS[path % 3], steps, *case.strain, generator)
        time = np.linspace(0, generator.uniform(*case.duration), steps + 1)
        material = {k: generator.uniform(*bounds) for k, bounds in case.parameters.items()}
        columns = {k: np.full((1, 1), v) for k, v in material.items()}
        answer = {k: v[0] for k, v in law.respond(strain[None], time[None], columns).items()}
        table = pd.DataFrame({"strain": strain, "time": time, **answer})
        previous = table[["strain", "stress", *law.state]].shift().add_prefix("prev_")
        table = table.join(previous).assign(
            **material,
            path=path,
            step=np.arange(steps + 1),
            control=np.linspace(0, 1, steps + 1),
            dt=table["time"].diff(),
            part=("train", "train", "train", "val", "test")[path % 5],
        )
        if name == "elastoplastic":
            table["plastic"] = table["e_plastic"] != table["prev_e_plastic"]
        tables.append(table.iloc[1:])
    return pd.concat(tables, ignore_index=True)


class Exact(nn.Module):
    """A law as a one-step network: standardised features in, standardised target out."""

    def __init__(self, name, scales):
        super().__init__()
        self.name, self.scales = name, scales
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        scales = self.scales
        x = x.double()
        value = {
            name: x[:, place] * scales.std[place] + scales.mean[place]
            for place, name in enumerate(scales.features)
        }
        stress = getattr(self, self.name)(value)
        if scales.target == "increment":
            stress = stress - value["prev_stress"]
        return (stress - scales.target_mean) / scales.target_std

    def elastoplastic(self, v):
        before = v["prev_e_plastic"]
        relative = v["E"] * (v["strain"] - before) - v["H_kin"] * before
        excess = torch.relu(relative.abs() - v["sig0"])
        plastic = before + relative.sign() * excess / (v["E"] + v["H_kin"])
        return v["E"] * (v["strain"] - plastic)

    def hyperelastic(self, v):
        stretch, alpha = 1 + v["strain"], v["alpha"]
        return 2 * v["mu"] / alpha * (stretch ** (alpha - 1) - stretch ** (-alpha / 2 - 1))

    def viscoelastic(self, v):
        x = v["dt"] * v["E_1"] / v["eta_1"]
        viscous = v["prev_stress"] - v["E_inf"] * v["prev_strain"]
        change = v["strain"] - v["prev_strain"]
        viscous = torch.exp(-x) * viscous + v["E_1"] * (1 - torch.exp(-x)) / x * change
        return v["E_inf"] * v["strain"] + viscous


@pytest.fixture(scope="session")
def steps():
    """name -> table of steps."""
    return {name: steps_table(name) for name in LAWS}


@pytest.fixture(scope="session")
def exact(steps):
    """name -> (the law as a network, its scales)."""
    found = {}
    for name, table in steps.items():
        train = table[table["part"] == "train"]
        scales = Scales.of(train, LAWS[name].features, LAWS[name].target)
        found[name] = (Exact(name, scales), scales)
    return found
