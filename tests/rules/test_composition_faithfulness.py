"""The scripts of the comparison of attention with other explanations, on an untrained network."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from matxai.composition.analysis_settings import Faithfulness
from matxai.composition.explain.faithfulness import FEW, REFERENCES, SUBSETS
from matxai.composition.model_file import Card, save_network
from matxai.composition.network import CrabNet
from matxai.standin import StandIn, run_script

SCRIPTS = Path(__file__).parents[2] / "workflow/scripts"
SHAPE = {"width": 16, "layers": 2, "heads": 2, "feedforward": 32, "dropout": 0.1, "head": [8]}
TABLES = ("agreement", "references", "check")


def run(folder, script, inputs, outputs, **params):
    place = lambda names: {key: folder / name for key, name in names.items()}  # noqa: E731
    standin = StandIn(
        input=place(inputs),
        output=place(outputs),
        params=params,
        wildcards={"dataset": "mine", "network": "hotcrab", "seed": "0"},
        log=folder / f"{script}.log",
        rule=script,
    )
    run_script(SCRIPTS / f"{script}.py", standin)


def explain(folder, source="compounds.parquet", **asked):
    run(
        folder,
        "explain_faithfulness",
        {"compounds": source, "model": "model.safetensors"},
        {"elements": "elements.parquet"} | {name: f"{name}.csv" for name in TABLES},
        faithfulness=Faithfulness(**asked).model_dump(mode="json"),
    )


def plot(folder):
    run(
        folder,
        "plot_faithfulness",
        {"agreement": "agreement.csv", "references": "references.csv"},
        {"figure": "agreement.svg"},
        title="hotcrab on mine, seed 0",
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A network as it starts, and a table of compounds."""
    folder = tmp_path_factory.mktemp("faithfulness")
    torch.manual_seed(0)
    network = CrabNet(torch.eye(104), **(SHAPE | {"head": (8,)}))
    card = Card("hotcrab", 0, SHAPE, 1.0, 2.0, ["H"], "0" * 64, 1, {}, "regression")
    save_network(folder / "model.safetensors", network.state_dict(), card)
    rng = np.random.default_rng(0)
    rows = []
    for line in range(40):
        numbers = rng.choice(np.arange(1, 90), size=1 + line % 5, replace=False)
        rows.append(
            {
                "part": "test" if line < 30 else "train", "line": line, "formula": f"X{line}",
                "reduced": f"X{line}", "target": 0.0, "numbers": numbers.tolist(),
                "amounts": rng.integers(1, 7, len(numbers)).astype(float).tolist(),
            }
        )  # fmt: skip
    pd.DataFrame(rows).to_parquet(folder / "compounds.parquet")
    return folder


def test_attention_is_compared_and_drawn(folder):
    explain(folder, compounds=20, points=32, tolerance=0.1)
    elements = pd.read_parquet(folder / "elements.parquet")
    assert elements["line"].nunique() == 20
    assert set(elements.groupby("line").size()) == {2, 3, 4, 5}
    table = pd.read_csv(folder / "agreement.csv")
    assert set(table["reference"]) == set(REFERENCES)
    assert set(table["elements"]) == set(SUBSETS)
    heads = table.query("attention == 'received' and head > 0")
    assert len(heads) == 2 * 2 * 4 * 2
    assert heads["verdict"].notna().all()
    assert heads["tau"].between(-1, 1).all()
    assert len(pd.read_csv(folder / "check.csv")) == 4
    assert "heads against removal" in (folder / "explain_faithfulness.log").read_text()
    first = (folder / "agreement.csv").read_bytes()
    explain(folder, compounds=20, points=32, tolerance=0.1)
    assert (folder / "agreement.csv").read_bytes() == first
    plot(folder)
    assert (folder / "agreement.svg").read_text().startswith("<?xml")


def test_a_test_part_of_pure_elements_gets_tables_and_a_figure_that_say_so(folder):
    table = pd.read_parquet(folder / "compounds.parquet")
    table[table["numbers"].map(len) == 1].to_parquet(folder / "unary.parquet")
    explain(folder, source="unary.parquet")
    verdicts = pd.read_csv(folder / "agreement.csv").set_index("attention")["verdict"]
    assert (verdicts[["received", "rollout"]] == FEW).all()
    assert (pd.read_csv(folder / "check.csv")["compounds"] == 0).all()
    plot(folder)
    assert "No compound of the test part" in (folder / "agreement.svg").read_text()
