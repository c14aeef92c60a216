"""The scripts that show attention, on a store whose weights and predictions are planted."""

import numpy as np
import pandas as pd
import pytest
from tests.attention import planted_store
from tests.bench import TARGET, Bench

from matxai.run.errors import InputError

FORMULAS = ["BaTiO3", "NaN", "LiFePO4", "KBr", "SrTiO3"]
STORE = {"attention": "planted.zarr.zip", "history": "history.csv"}
PARAMS = {"target": TARGET, "title": "crabnet on mine, seed 0", "captured": "the test part"}


def attention_bench(folder):
    return Bench(folder, dataset="mine", network="crabnet", seed="0")


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rules")
    planted_store(folder, FORMULAS, [1.0, 2.0, np.nan, 4.0, 5.0], steps=4)
    best = [True, False, True, False]
    pd.DataFrame({"epoch": [1, 2, 3, 4], "best": best}).to_csv(folder / "history.csv", index=False)
    return attention_bench(folder)


def plot(bench, formulas, count, **changes):
    shown = {"compounds": 3, "seed": 0, "formulas": formulas, "minimum": 1} | changes
    names = [f"compound{number}" for number in range(1, count + 1)]
    outputs = {
        "compounds": "compounds.csv",
        "figures": [f"{name}.svg" for name in names],
        "tables": [f"{name}.csv" for name in names],
        "elements_figure": "elements.svg",
        "elements_table": "elements.csv",
        "elements_page": "elements.html",
        "summary": "summary.csv",
    }
    bench.run(
        "composition/plot_crabnet_attention", STORE, outputs, shown=shown, names=names, **PARAMS
    )


def render(bench, count):
    names = [f"compound{number}" for number in range(1, count + 1)]
    outputs = {
        "videos": [f"{name}.mp4" for name in names],
        "pages": [f"{name}.html" for name in names],
    }
    inputs = STORE | {"compounds": "compounds.csv"}
    bench.run(
        "composition/render_crabnet_attention",
        inputs,
        outputs,
        videos={"frames_per_second": 15},
        **PARAMS,
    )


def test_what_is_chosen_is_drawn_and_rendered(bench, folder):
    plot(bench, ["NaN", "LiFePO4"], 2)
    compounds = pd.read_csv(folder / "compounds.csv", keep_default_na=False)
    assert compounds["formula"].tolist() == ["NaN", "LiFePO4"]
    assert compounds["target"].tolist() == ["2.0", ""]
    assert compounds["epoch"].tolist() == [3.0, 3.0]
    for name in ("compound1", "compound2", "elements"):
        assert (folder / f"{name}.svg").read_text().startswith("<?xml")
    assert len(pd.read_csv(folder / "compound2.csv")) == 2 * 3 * 16
    elements = pd.read_csv(folder / "elements.csv", keep_default_na=False)
    assert set(elements["layer"]) == {"all", "1", "2"}
    render(bench, 2)
    for name in ("compound1", "compound2"):
        assert (folder / f"{name}.mp4").read_bytes()[4:8] == b"ftyp"
    page = (folder / "compound1.html").read_text(encoding="utf-8")
    assert "NaN: Hardness (crabnet on mine, seed 0)" in page
    assert "Plotly.newPlot" in (folder / "elements.html").read_text(encoding="utf-8")
    assert "frames of LiFePO4 4/4" in (folder / "render_crabnet_attention.log").read_text()


def test_a_draw_takes_what_is_asked_for(bench, folder):
    plot(bench, None, 3)
    compounds = pd.read_csv(folder / "compounds.csv", keep_default_na=False)
    assert compounds["elements"].str.split().str.len().tolist() == [2, 3, 4]


def test_a_formula_that_was_not_captured_stops_the_job(bench, folder):
    with pytest.raises(InputError, match="not in the store"):
        plot(bench, ["ZnO"], 1)
    assert not list(folder.glob(".partial-*"))


def test_fewer_compositions_than_are_to_be_shown_leave_files_that_say_why(tmp_path):
    planted_store(tmp_path, ["NaCl", "LiF", "Cl2Na2"], [1.0, 2.0, 3.0], steps=2)
    history = pd.DataFrame({"epoch": [1, 2], "best": [True, False]})
    history.to_csv(tmp_path / "history.csv", index=False)
    bench = attention_bench(tmp_path)
    plot(bench, None, 3)
    compounds = pd.read_csv(tmp_path / "compounds.csv")
    assert compounds["files"].tolist() == ["compound1", "compound2"]
    assert sorted(compounds["formula"]) == ["LiF", "NaCl"]
    assert len(pd.read_csv(tmp_path / "compound2.csv")) == 2 * 3 * 4
    reason = "Only 2 distinct compositions were captured: there is no further one to show."
    assert pd.read_csv(tmp_path / "compound3.csv")["note"].tolist() == [reason]
    assert (tmp_path / "compound3.svg").read_text().startswith("<?xml")
    render(bench, 3)
    assert reason in (tmp_path / "compound3.html").read_text(encoding="utf-8")
    assert (tmp_path / "compound3.mp4").read_bytes()[4:8] == b"ftyp"
    assert "by the weights that are kept" in (tmp_path / "elements.html").read_text("utf-8")
    assert "compositions of the test part" in (tmp_path / "elements.html").read_text("utf-8")
