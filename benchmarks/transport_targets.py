"""How much of each transport property a formula explains: why the default target is what it is.

    python benchmarks/transport_targets.py

Test R2 of a random forest on Magpie features for the embedded transport data, gapped compounds and
metals apart: 4,000 compositions to learn from, 1,000 to test, rows of one composition averaged.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor

from matxai.composition.data.formulas import parse_formula, reduced_formula
from matxai.composition.data.sources import read_transport
from matxai.composition.elements.vectors import network_vectors, read_element_vectors
from matxai.composition.evaluation.baselines import composition_features
from matxai.composition.settings.data import Transport
from matxai.statistics.regression import r2

TRAIN, TEST, TREES = 4000, 1000, 60
LOGARITHMIC = ("PF_p", "PF_n", "sigma_p", "sigma_n")


def main() -> None:
    vectors = network_vectors(read_element_vectors("magpie"))
    columns = [*LOGARITHMIC, "S_p", "S_n"]
    raw = [read_transport(Transport(source="transport", target=name)) for name in columns]
    table = pd.DataFrame(
        {name: pd.to_numeric(t["target"]) for name, t in zip(columns, raw, strict=True)}
    ).assign(formula=raw[0]["formula"], metal=raw[0]["metal"])
    table["amounts"] = table["formula"].map(parse_formula)
    table["reduced"] = table["amounts"].map(reduced_formula)
    rows = []
    for metal, group in table.groupby("metal"):
        means = group.groupby("reduced")[columns].mean().sample(TRAIN + TEST, random_state=0)
        first = group.drop_duplicates("reduced").set_index("reduced").loc[means.index]
        features = composition_features(list(first["amounts"]), vectors)
        for name in columns:
            target = means[name].to_numpy()
            if name in LOGARITHMIC:
                target = np.log10(target)
            forest = RandomForestRegressor(TREES, max_features=1 / 3, random_state=0, n_jobs=-1)
            forest.fit(features[:TRAIN], target[:TRAIN])
            found = r2(target[TRAIN:], forest.predict(features[TRAIN:]))
            kind = "metals" if metal else "gapped"
            scale = "log10 " if name in LOGARITHMIC else ""
            rows.append((kind, scale + name, float(target.std()), found))
            print(f"{kind}, {scale}{name}: R2 {found:.2f}", flush=True)
    print(pd.DataFrame(rows, columns=["compounds", "target", "spread", "r2"]).to_string())


if __name__ == "__main__":
    main()
