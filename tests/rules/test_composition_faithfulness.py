"""The scripts of the faithfulness study on an untrained network: sizes of the tables, bytes that repeat."""

import pandas as pd
import pytest
from tests.bench import CompositionBench
from tests.compositions import prepared, random_formulas, save_untrained

from matxai.composition.explain.faithfulness import FEW, REFERENCES, SUBSETS
from matxai.composition.settings.analyses import Faithfulness

TABLES = ("agreement", "references", "check")


def explain(bench, source="compounds.parquet", **asked):
    bench.run(
        "composition/explain_crabnet_faithfulness",
        {"compounds": source, "model": "model.safetensors"},
        {"elements": "elements.parquet"} | {name: f"{name}.csv" for name in TABLES},
        faithfulness=Faithfulness(**asked).model_dump(mode="json"),
    )


def plot(bench):
    inputs = {"agreement": "agreement.csv", "references": "references.csv"}
    outputs = {"figure": "agreement.svg"}
    bench.run(
        "composition/plot_crabnet_faithfulness", inputs, outputs, title="hotcrab on mine, seed 0"
    )


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """A network as it starts, and a table of compounds."""
    bench = CompositionBench(tmp_path_factory.mktemp("faithfulness"))
    save_untrained(bench.folder / "model.safetensors")
    formulas = random_formulas([1 + row % 5 for row in range(40)])
    table = prepared(formulas, part=["test"] * 30 + ["train"] * 10)
    table.to_parquet(bench.folder / "compounds.parquet")
    return bench


def test_attention_is_compared_and_drawn(bench, folder):
    explain(bench, compounds=20, points=32, tolerance=0.1)
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
    assert "heads against removal" in (folder / "explain_crabnet_faithfulness.log").read_text()
    first = (folder / "agreement.csv").read_bytes()
    explain(bench, compounds=20, points=32, tolerance=0.1)
    assert (folder / "agreement.csv").read_bytes() == first
    plot(bench)
    assert (folder / "agreement.svg").read_text().startswith("<?xml")


def test_a_test_part_of_pure_elements_gets_tables_and_a_figure_that_say_so(bench, folder):
    table = pd.read_parquet(folder / "compounds.parquet")
    table[table["numbers"].map(len) == 1].to_parquet(folder / "unary.parquet")
    explain(bench, source="unary.parquet")
    verdicts = pd.read_csv(folder / "agreement.csv").set_index("attention")["verdict"]
    assert (verdicts[["received", "rollout"]] == FEW).all()
    assert (pd.read_csv(folder / "check.csv")["compounds"] == 0).all()
    plot(bench)
    assert "No compound of the test part" in (folder / "agreement.svg").read_text()
