"""The real scripts of the line composition on a tiny data set: files that agree, bytes that repeat."""

import numpy as np
import pandas as pd
import pytest
from tests.bench import TARGET, CompositionBench, die_in_third_epoch

from matxai.composition.attention.store import AttentionStore
from matxai.composition.attention.tables import summarise
from matxai.composition.data.formulas import NUMBER_OF
from matxai.composition.network.model_file import load_network
from matxai.composition.oxidation.tables import read_oxidation

PREVALENCE = ("by_count", "by_number", "periodic_table")
MAPS = {"full_number": "full, by number", "uranium_group": "up to U, by group"}


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """Prepared data and a trained network."""
    folder = tmp_path_factory.mktemp("rules")
    bench = CompositionBench(folder)
    rng = np.random.default_rng(0)
    metals, others = ["Fe", "Na", "Si", "Cr", "Al", "Li"], ["O", "S", "Cl", "N"]
    for part, rows in (("train", 40), ("val", 12), ("test", 12)):
        lines = [
            f"{rng.choice(metals)}{rng.integers(1, 4)}{rng.choice(others)}{rng.integers(1, 4)},"
            f"{rng.normal():.3f}"
            for _ in range(rows)
        ]
        (folder / f"{part}.csv").write_text("\n".join(["formula,target", *lines, "D2O,1", ""]))
    bench.prepare(["onehot", "mat2vec", "magpie"])
    bench.train()
    return bench


def test_preparation_refuses_and_reports(bench):
    refused = pd.read_csv(bench.folder / "refused.csv")
    assert list(refused["formula"]) == ["D2O"] * 3
    assert len(pd.read_parquet(bench.folder / "compounds.parquet")) == 64
    assert "refused rows:" in (bench.folder / "prepare_compositions.log").read_text()


def test_training_is_the_same_again_and_leaves_no_checkpoint(bench):
    bench.train("again_")
    first, again = ((bench.folder / f"{n}model.safetensors").read_bytes() for n in ("", "again_"))
    assert first == again
    assert not (bench.folder / "checkpoint.pt").exists()
    assert not (bench.folder / "attention.zarr").exists()


def test_training_is_the_same_without_attention(bench):
    bench.train("bare_", attention=None)
    first, bare = ((bench.folder / f"{n}model.safetensors").read_bytes() for n in ("", "bare_"))
    assert first == bare


def test_attention_is_kept_with_the_predictions_of_its_epoch(bench):
    summary = summarise(bench.folder / "attention.zarr.zip").iloc[0]
    history = pd.read_csv(bench.folder / "history.csv")
    with AttentionStore(bench.folder / "attention.zarr.zip") as store:
        compounds = store.compounds
        errors = np.abs(store.predictions - compounds["target"].to_numpy()[:, None]).mean(axis=0)
        assert np.allclose(errors, history["val_error"], rtol=1e-5)
        assert list(store.epochs) == list(history["epoch"])
        assert store.attributes["network"] == "hotcrab"
        whole = pd.read_parquet(bench.folder / "compounds.parquet")
        assert list(whole.iloc[compounds["row"]]["formula"]) == store.formulas
    assert (summary["steps"], summary["compounds"]) == (4, 12)
    assert summary["store_bytes"] == (bench.folder / "attention.zarr.zip").stat().st_size
    assert summary["row_sum_error"] < 1e-5
    assert summary["stored_row_sum_error"] == 0


def test_interrupted_training_resumes_to_the_same_model(bench, monkeypatch):
    die_in_third_epoch(monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        bench.train("resumed_")
    assert (bench.folder / "checkpoint.pt").exists()
    assert len(AttentionStore(bench.folder / "attention.zarr")) == 2
    assert not (bench.folder / "resumed_attention.zarr.zip").exists()
    assert not (bench.folder / "resumed_model.safetensors").exists()
    monkeypatch.undo()
    bench.train("resumed_")
    assert "resumed from" in (bench.folder / "train_crabnet.log").read_text()
    for name in ("model.safetensors", "history.csv", "attention.zarr.zip"):
        expected = (bench.folder / name).read_bytes()
        assert (bench.folder / f"resumed_{name}").read_bytes() == expected


def test_evaluation_and_its_figures(bench):
    bench.evaluate()
    bench.run(
        "composition/evaluate_composition_baselines",
        {"compounds": "compounds.parquet", "vectors": "magpie.csv"},
        {"predictions": "baseline_predictions.csv"},
        trees=5,
        seeds=[0, 1],
        task="regression",
    )
    bench.run(
        "composition/collect_composition_accuracy",
        {"baselines": "baseline_predictions.csv", "networks": ["predictions.csv"]},
        {"figure": "accuracy.svg", "table": "accuracy.csv"},
        target=TARGET,
    )
    table = pd.read_csv(bench.folder / "accuracy.csv")
    assert table.groupby("model")["seed"].nunique().to_dict() == {
        "hotcrab": 1,
        "mean": 1,
        "random forest": 2,
        "random forest, mean of 2 seeds": 1,
        "random forest, median of trees": 2,
        "random forest, median of trees, mean of 2 seeds": 1,
    }
    metrics = pd.read_csv(bench.folder / "metrics.csv").set_index("metric")["value"]
    own = table[table["model"] == "hotcrab"].set_index("metric")["value"]
    assert own["mae"] == pytest.approx(metrics["mae"])
    bench.run(
        "composition/plot_crabnet_regression",
        {name: [f"{name}.csv"] for name in ("history", "predictions", "calibration")},
        {name: [f"{name}.svg"] for name in ("history", "parity", "calibration")},
        target=TARGET,
        titles=["a network"],
    )
    for name in ("accuracy", "parity", "calibration", "history"):
        assert (bench.folder / f"{name}.svg").read_text().startswith("<?xml")


def test_statistics_and_their_figures(bench):
    bench.run(
        "composition/describe_compositions",
        {"compounds": "compounds.parquet"},
        {name: f"{name}.csv" for name in ("summary", "prevalence", "element_counts")}
        | {"prevalence_figures": [f"{name}.svg" for name in PREVALENCE]}
        | {"element_counts_figure": "element_counts.svg"}
        | {"figure": "target.svg", "table": "target.csv"},
        target=TARGET,
    )
    summary = pd.read_csv(bench.folder / "summary.csv").set_index("part")
    assert summary["compounds"].to_dict() == {"train": 40, "val": 12, "test": 12, "whole": 64}
    for name in (*PREVALENCE, "element_counts", "target"):
        assert (bench.folder / f"{name}.svg").read_text().startswith("<?xml")
    bench.run(
        "composition/collect_composition_statistics",
        {"summaries": ["summary.csv", "summary.csv"]},
        {"figure": "datasets.svg", "table": "datasets.csv"},
        datasets=["mine", "yours"],
    )
    assert set(pd.read_csv(bench.folder / "datasets.csv")["dataset"]) == {"mine", "yours"}
    shares = pd.read_csv(bench.folder / "target.csv").groupby("part")["share"].sum()
    assert np.allclose(shares, 1)


def test_embeddings_correlation_and_vectors(bench):
    bench.run(
        "composition/embed_elements",
        {"model": "model.safetensors"},
        {"embeddings": "e.parquet", "tables": ["embedded.csv"]},
        names=["embedded"],
    )
    _, metadata = load_network(bench.folder / "model.safetensors")
    assert list(pd.read_csv(bench.folder / "embedded.csv", index_col=0).index) == metadata.elements
    for script, names in (
        ("plot_element_correlation", ["embedded"]),
        ("plot_published_correlation", ["mat2vec", "embedded"]),
    ):
        bench.run(
            f"composition/{script}",
            {"vectors": [f"{name}.csv" for name in names]},
            {
                f"{kind}s": [f"{name}_{key}.{suffix}" for name in names for key in MAPS]
                for kind, suffix in (("figure", "svg"), ("table", "csv"))
            }
            | {"pages": [f"{name}.html" for name in names]},
            names=names,
            maps=MAPS,
        )
    pairs = len(metadata.elements) * (len(metadata.elements) - 1) // 2
    assert len(pd.read_csv(bench.folder / "embedded_full_number.csv")) == pairs
    assert len(pd.read_csv(bench.folder / "mat2vec_full_number.csv")) > 1000
    assert "Plotly.newPlot" in (bench.folder / "embedded.html").read_text(encoding="utf-8")
    bench.run(
        "composition/plot_element_vectors",
        {"published": ["mat2vec.csv"], "networks": ["embedded.csv"]},
        {"figure": "vectors.svg", "table": "vectors.csv"},
        elements=["Si", "Cr"],
        names=["mat2vec", "hotcrab"],
    )
    table = pd.read_csv(bench.folder / "vectors.csv")
    assert table.groupby(["representation", "element"]).size()["mat2vec", "Si"] == 200


def test_oxidation_tables_and_figures(bench):
    bench.run(
        "composition/guess_oxidation",
        {"compounds": ["compounds.parquet", "compounds.parquet"]},
        {"guesses": "guesses.csv", "tables": ["oxidation.csv", "oxidation_again.csv"]},
        time_limit=10.0,
    )
    compounds = pd.read_parquet(bench.folder / "compounds.parquet")
    table = read_oxidation(bench.folder / "oxidation.csv")
    assert list(table["line"]) == list(compounds["line"])
    for states, numbers, amounts in zip(
        table["states"], compounds["numbers"], compounds["amounts"], strict=True
    ):
        held = dict(zip(map(int, numbers), amounts, strict=True))
        assert sum(state * held[NUMBER_OF[s]] for s, state in states.items()) == pytest.approx(0)
    views = ("outcomes", "states", "agreement")
    bench.run(
        "composition/plot_oxidation",
        {"guesses": "guesses.csv", "tables": ["oxidation.csv"]},
        {f"{v}_{k}": f"{v}.{s}" for v in views for k, s in (("figure", "svg"), ("table", "csv"))},
        datasets=["mine"],
    )
    assert pd.read_csv(bench.folder / "outcomes.csv")["compounds"].sum() == len(compounds)
    for view in views:
        assert (bench.folder / f"{view}.svg").read_text().startswith("<?xml")


def test_contributions_average_to_the_predictions_and_are_drawn(bench):
    names = {"occurrences": "c.parquet", "elements": "elements.csv", "check": "check.csv"}
    bench.run(
        "composition/explain_crabnet_contributions",
        {"compounds": "compounds.parquet", "model": "model.safetensors"},
        names,
    )
    check = pd.read_csv(bench.folder / "check.csv").set_index("part")
    assert check["compounds"].to_dict() == {"train": 40, "val": 12, "test": 12}
    assert (check["largest_difference"] <= check["tolerance"]).all()
    occurrences = pd.read_parquet(bench.folder / "c.parquet")
    assert len(occurrences) == 2 * 64
    average = occurrences.groupby(["part", "line"], sort=False)["contribution"].mean()
    bench.evaluate()
    predictions = pd.read_csv(bench.folder / "predictions.csv")["prediction"]
    assert np.allclose(average, predictions, atol=1e-5)
    bench.run(
        "composition/plot_crabnet_contributions",
        {"elements": "elements.csv"},
        {
            f"{name}_{kind}": f"contribution_{name}.{suffix}"
            for name in ("periodic_table", "distribution")
            for kind, suffix in (("figure", "svg"), ("table", "csv"))
        },
        target=TARGET,
        title="a network",
        contributions={"minimum": 2, "elements": 5},
    )
    frequent = pd.read_csv(bench.folder / "contribution_distribution.csv")
    assert len(frequent) == 5
    assert frequent["compounds"].is_monotonic_decreasing
    assert (bench.folder / "contribution_periodic_table.svg").read_text().startswith("<?xml")


def test_download_checks_the_digest(bench, tmp_path):
    import hashlib
    import http.server
    import threading

    content = b"formula,target\nFeO,1\n"
    (tmp_path / "train.csv").write_bytes(content)

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=tmp_path)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/train.csv"
        good = hashlib.sha256(content).hexdigest()

        def fetch(digest):
            outputs, wildcards = {"table": f"{digest}.csv"}, {"sha256": digest}
            bench.run(
                "composition/download_composition_table", {}, outputs, wildcards=wildcards, url=url
            )

        fetch(good)
        assert (bench.folder / f"{good}.csv").read_bytes() == content
        with pytest.raises(ValueError, match="another SHA-256"):
            fetch("0" * 64)
        assert not (bench.folder / f"{'0' * 64}.csv").exists()
        server.shutdown()
