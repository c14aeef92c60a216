"""The real scripts of the UMAPs, on a network that was never trained."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from matxai.composition.element_vectors import network_vectors, read_element_vectors
from matxai.composition.formulas import parse_formula, reduced_formula
from matxai.composition.model_file import Card, save_network
from matxai.composition.network import CrabNet
from matxai.composition.oxidation_tables import write_oxidation
from matxai.standin import StandIn, run_script

SCRIPTS = Path(__file__).parents[2] / "workflow/scripts"
SHAPE = {"width": 16, "layers": 2, "heads": 2, "feedforward": 32, "dropout": 0.1, "head": [8]}
LOCAL = {
    "elements": ["O", "Fe", "Pt"], "neighbours": 5, "min_dist": 0.3, "min_dist_first": 0.8,
    "at_most": 20, "seeds": [0, 1],
}  # fmt: skip
GLOBAL = {"neighbours": 5, "min_dist": None, "at_most": 30, "seeds": [0, 1]}
VIEWS = {"local": ["O", "Fe", "Pt"], "global": ["layer1", "layer2"]}
EXPLAINED = {
    "local_points": "local.parquet", "global_points": "global.parquet", "stability": "stability.csv",
}  # fmt: skip


def run(folder, script, **fields):
    place = lambda paths: {name: folder / path for name, path in paths.items()}  # noqa: E731
    standin = StandIn(
        input=place(fields["input"]),
        output=place(fields["output"]),
        params=fields["params"],
        wildcards={"dataset": "mine", "network": "hotcrab", "seed": "0"},
        log=folder / f"{script}.log",
        rule=script,
    )
    run_script(SCRIPTS / f"{script}.py", standin)


def explain(folder, output=EXPLAINED, local=LOCAL, whole=GLOBAL):
    run(
        folder,
        "explain_umap",
        input={
            "compounds": "compounds.parquet", "oxidation": "oxidation.csv",
            "model": "model.safetensors", "predictions": "predictions.csv",
        },
        output=output,
        params={"local_umap": local, "global_umap": whole},
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("umap")
    formulas = [
        *("NaN", "PtO2", *(f"Fe{a}O{b}" for a in range(1, 7) for b in range(1, 7))),
        *(f"SiO{b}" for b in range(1, 10)),
    ]
    amounts = [parse_formula(formula) for formula in formulas]
    table = pd.DataFrame(
        {
            "part": ["train", "val", "test"] * 15 + ["test"] * (len(formulas) - 45),
            "line": np.arange(len(formulas)) + 2, "formula": formulas,
            "reduced": [reduced_formula(one) for one in amounts],
            "target": np.arange(len(formulas), dtype=float),
            "numbers": [list(one) for one in amounts],
            "amounts": [list(one.values()) for one in amounts],
        }
    )  # fmt: skip
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
    torch.manual_seed(0)
    network = CrabNet(torch.from_numpy(network_vectors(read_element_vectors("onehot"))), **SHAPE)
    card = Card(
        network="hotcrab", seed=0, shape=SHAPE, mean=0.0, std=1.0, elements=["O", "Fe"],
        data_sha256="0" * 64, best_epoch=1, settings={}, task="regression",
    )  # fmt: skip
    save_network(folder / "model.safetensors", network.state_dict(), card)
    explain(folder)
    return folder


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
    assert "UMAP maps 14/14" in (folder / "explain_umap.log").read_text()


def test_the_same_again(folder):
    again = {name: f"again-{path}" for name, path in EXPLAINED.items()}
    explain(folder, again)
    for path in EXPLAINED.values():
        assert (folder / f"again-{path}").read_bytes() == (folder / path).read_bytes()


def test_figures_tables_and_pages(folder):
    figures = {view: f"umap/{scope}/{view}" for scope, views in VIEWS.items() for view in views}
    output = {f"{view}_figure": f"{path}.svg" for view, path in figures.items()}
    output |= {f"{view}_table": f"{path}.csv" for view, path in figures.items()}
    output |= {f"{scope}_page": f"umap/{scope}.html" for scope in VIEWS}
    run(
        folder,
        "plot_umap",
        input=EXPLAINED,
        output=output | {"stability": "stability.svg", "summary": "summary.csv"},
        params={
            "target": {"task": "regression", "label": "Hardness", "unit": "GPa", "transform": "none"},
            "title": "hotcrab on mine, seed 0",
            "views": VIEWS,
        },
    )  # fmt: skip
    for path in [*(f"{path}.svg" for path in figures.values()), "stability.svg"]:
        assert (folder / path).read_text().startswith("<?xml")
    for scope in VIEWS:
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


def test_only_what_is_asked_for(folder):
    output = {name: f"global-only-{path}" for name, path in EXPLAINED.items()}
    explain(folder, output, local=None)
    assert pd.read_parquet(folder / "global-only-local.parquet").empty
    run(
        folder,
        "plot_umap",
        input=output,
        output={
            "layer1_figure": "only.svg", "layer1_table": "only.csv", "global_page": "only.html",
            "stability": "only-stability.svg", "summary": "only-summary.csv",
        },
        params={
            "target": {"task": "regression", "label": "Hardness", "unit": "GPa", "transform": "none"},
            "title": "hotcrab on mine, seed 0",
            "views": {"global": ["layer1"]},
        },
    )  # fmt: skip
    assert len(pd.read_csv(folder / "only.csv", keep_default_na=False)) == 30
