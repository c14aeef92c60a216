"""The real scripts of the line constitutive on a tiny case: scores worked out again, bytes that repeat."""

import json

import numpy as np
import pandas as pd
import pytest
from tests.bench import Bench, die_in_third_epoch

from matxai.constitutive.laws import LAWS
from matxai.constitutive.network.model_file import load_network

CASE = {
    "source": "generated", "law": "elastoplastic", "layout": "dict", "paths": 30, "steps": 20,
    "strain": [-0.01, 0.01], "seed": 0,
    "parameters": {"E": [180e3, 220e3], "sig0": [200, 400], "H_kin": [5e3, 40e3]},
}  # fmt: skip
LEARNED = {
    "law": "elastoplastic", "features": list(LAWS["elastoplastic"].features), "chosen": False,
    "target": "increment",
}  # fmt: skip
TRAIN = {"epochs": 4, "batch_size": 64, "learning_rate": 0.01, "checkpoint_every": 1}
UNITS = {"stress": "MPa", "time": "s"}
NETWORKS = {"steps": "steps.parquet", "surrogate": "surrogate.safetensors"}
EXPLAIN = {"repeats": 3, "integration_steps": 32, "tolerance": 0.1}
TABLES = ("permutation", "saliency", "integrated_gradients", "tangent")


class ConstitutiveBench(Bench):
    """The steps of the line constitutive that tests repeat."""

    def prepare(self, folder, inputs, name, **changes):
        self.run(
            "constitutive/prepare_loading_paths",
            inputs,
            {
                "steps": f"{name}.parquet",
                "files": f"{name}_files.csv",
                "ranges": f"{name}_ranges.csv",
            },
            folder=str(self.folder / folder),
            **{"law": "elastoplastic", "layout": "dict", "prepare": {}} | changes,
        )

    def train(self, kind, name):
        one_step = kind == "surrogate"
        self.run(
            f"constitutive/train_{kind}",
            {"steps": "steps.parquet"},
            {"model": f"{name}.safetensors", "history": f"{name}.csv", "training": f"{name}.json"},
            checkpoint=str(self.folder / f"{kind}_checkpoint.pt"),
            network={"hidden": 16, "depth": 2} if one_step else {"hidden": 6},
            train=TRAIN,
            code="x",
            libs={"torch": "2"},
            **({"case": LEARNED} if one_step else {"law": "elastoplastic"}),
        )

    def json(self, name):
        return json.loads((self.folder / f"{name}.json").read_text())


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """Everything that the rules of the line make, on 30 short paths."""
    bench = ConstitutiveBench(tmp_path_factory.mktemp("rules"), case="steel", seed="0")
    generated = {"raw": "raw", "manifest": "raw.csv", "truth": "truth.parquet"}
    bench.run("constitutive/generate_loading_paths", {}, generated, case=CASE)
    bench.prepare("raw", {"manifest": "raw.csv", "truth": "truth.parquet"}, "steps")
    bench.train("surrogate", "surrogate")
    bench.train("recurrent", "recurrent")
    evaluated = ("accuracy", "onepath", "residuals", "residual_bands")
    bench.run(
        "constitutive/evaluate_surrogate",
        NETWORKS
        | {"recurrent": "recurrent.safetensors", "training": ["surrogate.json", "recurrent.json"]},
        {"predictions": "predictions.parquet", "summary": "summary.json"}
        | {name: f"{name}.csv" for name in evaluated},
    )
    explain(bench)
    states = ("variance", "recovery", "correlation")
    bench.run(
        "constitutive/explain_recurrent",
        {"steps": "steps.parquet", "recurrent": "recurrent.safetensors", "onepath": "onepath.csv"},
        {name: f"{name}.csv" for name in states}
        | {"onepath": "states_onepath.csv", "scores": "scores.parquet"},
        explain={"components": 3},
    )
    figures = ("permutation", "saliency", "integrated_gradients", "comparison", "tangent", "states",
               "onepath")  # fmt: skip
    bench.run(
        "constitutive/collect_surrogate_explanations",
        {name: f"{name}.csv" for name in (*TABLES, *states)}
        | {"tangents": "tangents.parquet", "onepath": "states_onepath.csv"}
        | {"trained": "summary.json"},
        {"comparison": "comparison.csv", "summary": "explain_summary.json"}
        | {f"{name}_figure": f"explained_{name}.svg" for name in figures},
        explain=EXPLAIN | {"components": 3},
        units=UNITS,
        title="steel, seed 0",
    )
    return bench


def explain(bench, prefix=""):
    bench.run(
        "constitutive/explain_surrogate",
        NETWORKS | {"summary": "summary.json"},
        {name: f"{prefix}{name}.csv" for name in TABLES}
        | {"tangents": f"{prefix}tangents.parquet"},
        explain=EXPLAIN,
        units=UNITS,
    )


def test_preparation_reports_files_and_ranges(bench):
    files = bench.csv("steps_files")
    assert len(files) == 30
    assert files["reason"].isna().all()
    ranges = bench.csv("steps_ranges").set_index("column")
    assert 180e3 <= ranges.loc["E", "minimum"] <= ranges.loc["E", "maximum"] <= 220e3
    assert "0 of 30 records refused" in (bench.folder / "prepare_loading_paths.log").read_text()


def test_a_changed_raw_file_is_noticed(bench):
    path = bench.folder / "raw/INPUTS/npy/sample_00003.npy"
    text = path.read_bytes()
    path.write_bytes(text[:-8])
    with pytest.raises(Exception, match="sample_00003"):
        bench.prepare("raw", {"manifest": "raw.csv", "truth": "truth.parquet"}, "again")
    # A folder of one's own has no manifest: the damaged file alone is refused, and listed.
    bench.prepare("raw", {}, "own")
    refused = bench.csv("own_files").dropna(subset="reason")
    assert refused["file"].tolist() == ["INPUTS/npy/sample_00003.npy"]
    assert len(pd.read_parquet(bench.folder / "own.parquet")["path"].unique()) == 29
    with pytest.raises(Exception, match="sample_00003"):
        bench.prepare("raw", {}, "own", prepare={"strict": True})
    path.write_bytes(text)


def test_training_is_the_same_again_and_leaves_no_checkpoint(bench):
    for kind in ("surrogate", "recurrent"):
        bench.train(kind, f"{kind}_again")
        first, again = (
            (bench.folder / f"{name}.safetensors").read_bytes() for name in (kind, f"{kind}_again")
        )
        assert first == again
        assert not (bench.folder / f"{kind}_checkpoint.pt").exists()


def test_an_interrupted_training_resumes_to_the_same_network(bench, monkeypatch):
    for kind in ("surrogate", "recurrent"):
        die_in_third_epoch(monkeypatch)
        with pytest.raises(KeyboardInterrupt):
            bench.train(kind, "resumed")
        assert (bench.folder / f"{kind}_checkpoint.pt").exists()
        monkeypatch.undo()
        bench.train(kind, "resumed")
        assert "resumed from" in (bench.folder / f"train_{kind}.log").read_text()
        resumed = (bench.folder / "resumed.safetensors").read_bytes()
        assert resumed == (bench.folder / f"{kind}.safetensors").read_bytes()


def test_the_network_states_what_it_was_trained_on(bench):
    _, metadata = load_network(bench.folder / "surrogate.safetensors")
    assert metadata.scales.features == LEARNED["features"]
    assert metadata.scales.target == "increment"
    steps = pd.read_parquet(bench.folder / "steps.parquet")
    train = steps[steps["part"] == "train"]
    np.testing.assert_allclose(metadata.scales.mean, train[metadata.scales.features].mean())
    assert metadata.versions == {"torch": "2"}


def test_the_summary_tells_what_was_measured(bench):
    summary = bench.json("summary")
    predictions = pd.read_parquet(bench.folder / "predictions.parquet")
    error = predictions["target"] - predictions["predicted_target"]
    centred = predictions["target"] - predictions["target"].mean()
    assert summary["r2"] == pytest.approx(1 - (error**2).sum() / (centred**2).sum())
    assert summary["test_paths"] == predictions["path"].nunique() == 4
    assert {"r2_elastic", "r2_plastic", "r2_closed_loop", "r2_recurrent"} <= set(summary)
    assert summary["training"]["one step"]["epochs"] == 4
    onepath = bench.csv("onepath")
    assert onepath["path"].nunique() == 1


def test_the_base_r2_of_the_explanation_is_that_of_the_summary(bench):
    found = bench.json("explain_summary")
    assert found["base_r2"] == pytest.approx(bench.json("summary")["r2"], abs=1e-6)
    assert found["feature_names"] == LEARNED["features"]
    assert found["n_samples"] == len(pd.read_parquet(bench.folder / "predictions.parquet"))


def test_the_gate_stops_the_rule(bench):
    """A summary that another network left behind: no explanation is written."""
    path = bench.folder / "summary.json"
    text = path.read_text()
    path.write_text(json.dumps(json.loads(text) | {"r2": json.loads(text)["r2"] - 1e-5}))
    with pytest.raises(ArithmeticError, match="its summary says"):
        explain(bench, "gated_")
    path.write_text(text)
    assert not list(bench.folder.glob("gated*"))


def test_every_figure_is_drawn(bench):
    bench.run(
        "constitutive/plot_surrogate",
        {"history": "surrogate.csv", "recurrent_history": "recurrent.csv", "onepath": "onepath.csv",
         "predictions": "predictions.parquet", "residual_bands": "residual_bands.csv"},
        {name: f"{name}.svg" for name in ("history", "recurrent_history", "onepath", "residuals")},
        case=LEARNED,
        units=UNITS,
        title="steel, seed 0",
    )  # fmt: skip
    assert len(list(bench.folder.glob("*.svg"))) == 11
    for path in bench.folder.glob("*.svg"):
        assert path.stat().st_size > 5000, path
