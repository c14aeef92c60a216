"""The real scripts of the UMAPs on an untrained network and planted predictions and oxidation states."""

import numpy as np
import pandas as pd
import pytest
from tests.bench import TARGET, CompositionBench
from tests.compositions import prepared, save_untrained

from matxai.composition.oxidation.tables import write_oxidation

LOCAL = {
    "elements": ["O", "Fe", "Pt"], "neighbours": 5, "min_dist": 0.3, "min_dist_first": 0.8,
    "at_most": 20, "epochs": 200, "seeds": [0, 1],
}  # fmt: skip
GLOBAL = {"neighbours": 5, "min_dist": None, "at_most": 30, "epochs": 200, "seeds": [0, 1]}
FIGURES = {"local": ["O", "Fe", "Pt"], "global": ["layer1", "layer2"]}
EXPLAINED = {
    "local_points": "local.parquet", "global_points": "global.parquet", "stability": "stability.csv",
}  # fmt: skip


def explain(bench, output=EXPLAINED, local=LOCAL, whole=GLOBAL):
    inputs = {
        "compounds": "compounds.parquet", "oxidation": "oxidation.csv",
        "model": "model.safetensors", "predictions": "predictions.csv",
    }  # fmt: skip
    bench.run(
        "composition/explain_crabnet_umap", inputs, output, local_umap=local, global_umap=whole
    )


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    folder = tmp_path_factory.mktemp("umap")
    formulas = [
        *("NaN", "PtO2", *(f"Fe{a}O{b}" for a in range(1, 7) for b in range(1, 7))),
        *(f"SiO{b}" for b in range(1, 10)),
    ]
    rows = len(formulas)
    parts = ["train", "val", "test"] * 15 + ["test"] * (rows - 45)
    table = prepared(formulas, np.arange(rows, dtype=float), parts)
    table.to_parquet(folder / "compounds.parquet")
    states = [{"Fe": 3.0, "O": -2.0} if formula == "Fe2O3" else {} for formula in formulas]
    reasons = ["" if found else "unbalanced" for found in states]
    write_oxidation(
        table[["part", "line", "formula", "reduced"]].assign(states=states, reason=reasons),
        folder / "oxidation.csv",
    )
    table[["part", "line", "formula", "target"]].assign(prediction=table["target"] + 1).to_csv(
        folder / "predictions.csv", index=False
    )
    save_untrained(folder / "model.safetensors")
    bench = CompositionBench(folder)
    explain(bench)
    return bench


def test_maps_carry_the_compounds_and_their_trust(folder):
    local = pd.read_parquet(folder / "local.parquet")
    assert set(local["element"]) == {"O", "Fe"}
    assert (local.groupby(["element", "layer", "kind"]).size() == 20).all()
    assert np.allclose(local["prediction"], local["target"] + 1)
    rust = local[local["reduced"] == "O3Fe2"]
    assert np.allclose(rust["fraction"], rust["element"].map({"Fe": 0.4, "O": 0.6}))
    assert (rust["oxidation_state"] == rust["element"].map({"Fe": 3, "O": -2})).all()
    whole = pd.read_parquet(folder / "global.parquet")
    assert (whole.groupby("layer").size() == 30).all()
    stability = pd.read_csv(folder / "stability.csv").fillna({"skipped": ""})
    skipped = stability[stability["skipped"] != ""]
    assert set(skipped["element"]) == {"Pt"}
    assert stability.loc[stability["skipped"] == "", "overlap"].notna().all()
    assert "UMAP maps 14/14" in (folder / "explain_crabnet_umap.log").read_text()


def test_the_same_again(bench, folder):
    again = {name: f"again-{path}" for name, path in EXPLAINED.items()}
    explain(bench, again)
    for path in EXPLAINED.values():
        assert (folder / f"again-{path}").read_bytes() == (folder / path).read_bytes()


def test_figures_tables_and_pages(bench, folder):
    paths = {name: f"umap/{scope}/{name}" for scope, names in FIGURES.items() for name in names}
    output = {f"{name}_figure": f"{path}.svg" for name, path in paths.items()}
    output |= {f"{name}_table": f"{path}.csv" for name, path in paths.items()}
    output |= {f"{scope}_page": f"umap/{scope}.html" for scope in FIGURES}
    bench.run(
        "composition/plot_crabnet_umap",
        EXPLAINED,
        output | {"stability": "stability.svg", "summary": "summary.csv"},
        target=TARGET,
        title="hotcrab on mine, seed 0",
        figures=FIGURES,
    )
    for path in [*(f"{path}.svg" for path in paths.values()), "stability.svg"]:
        assert (folder / path).read_text().startswith("<?xml")
    for scope in FIGURES:
        assert "meta.groups" in (folder / f"umap/{scope}.html").read_text(encoding="utf-8")
    iron = pd.read_csv(folder / "umap/local/Fe.csv", keep_default_na=False)
    assert len(iron) == 20
    assert "layer2_context_x" in iron
    assert len(pd.read_csv(folder / "umap/local/Pt.csv")) == 0
    layer = pd.read_csv(folder / "umap/global/layer2.csv", keep_default_na=False)
    assert set(layer["layer"]) == {2}
    assert len(layer) == 30
    summary = pd.read_csv(folder / "summary.csv").set_index(["scope", "layer", "kind"])
    assert len(summary) == 2 * 2 + 2
    assert (summary.loc["local", ["maps", "skipped"]] == [2, 1]).all(axis=None)  # no map of Pt


def test_only_what_is_asked_for(bench, folder):
    output = {name: f"global-only-{path}" for name, path in EXPLAINED.items()}
    explain(bench, output, local=None)
    assert pd.read_parquet(folder / "global-only-local.parquet").empty
    bench.run(
        "composition/plot_crabnet_umap",
        output,
        {
            "layer1_figure": "only.svg", "layer1_table": "only.csv", "global_page": "only.html",
            "stability": "only-stability.svg", "summary": "only-summary.csv",
        },
        target=TARGET,
        title="hotcrab on mine, seed 0",
        figures={"global": ["layer1"]},
    )  # fmt: skip
    assert len(pd.read_csv(folder / "only.csv", keep_default_na=False)) == 30
