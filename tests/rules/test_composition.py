"""The real script files of the line composition, one after the other, on a tiny data set."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from matxai.composition.attention.store import AttentionStore
from matxai.composition.formulas import SYMBOLS
from matxai.composition.model_file import load_network
from matxai.composition.oxidation_tables import read_oxidation
from matxai.standin import StandIn, run_script

SCRIPTS = Path(__file__).parents[2] / "workflow/scripts"
TARGET = {"task": "regression", "label": "Hardness", "unit": "GPa", "transform": "none"}
NETWORK = {
    "vectors": "mat2vec", "width": 16, "layers": 2, "heads": 2, "feedforward": 32, "dropout": 0.1,
    "head": [8],
}  # fmt: skip
TRAIN = {
    "epochs": 4, "batch_size": 8, "learning_rate": 0.01, "weight_decay": 0.01, "ema_decay": 0.9,
    "warmup": 0.2, "jitter": 0.02, "patience": 9, "checkpoint_every": 1,
}  # fmt: skip
ATTENTION = {"part": "val", "subset": None, "seed": 0, "formulas": None, "every": None}
VIEWS = {"full_number": "full, by number", "uranium_group": "up to U, by group"}


class Bench:
    """Runs scripts in one folder; inputs and outputs are names in it."""

    def __init__(self, folder):
        self.folder = folder

    def run(self, script, *, wildcards=None, threads=1, **fields):
        place = lambda paths: {  # noqa: E731
            name: [self.folder / p for p in path] if isinstance(path, list) else self.folder / path
            for name, path in paths.items()
        }
        standin = StandIn(
            input=place(fields.get("input", {})),
            output=place(fields.get("output", {})),
            params=fields.get("params", {}),
            wildcards={"dataset": "mine", "network": "hotcrab", "seed": "0", **(wildcards or {})},
            log=self.folder / f"{script}.log",
            rule=script,
            threads=threads,
        )
        run_script(SCRIPTS / f"{script}.py", standin)

    def train(self, model, history, attention="attention.zarr.zip", asked=ATTENTION, **changes):
        self.run(
            "train_crabnet",
            input={"compounds": "compounds.parquet", "vectors": "onehot.csv"},
            output={"model": model, "history": history} | ({"attention": attention} if asked else {}),
            params={
                "checkpoint": str(self.folder / "checkpoint.pt"), "network": NETWORK,
                "captured": str(self.folder / "attention.zarr"), "attention": asked,
                "task": "regression",
                "train": TRAIN | changes, "code": "x",
            },
        )  # fmt: skip


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """Prepared data and a trained network."""
    folder = tmp_path_factory.mktemp("rules")
    bench = Bench(folder)
    rng = np.random.default_rng(0)
    metals, others = ["Fe", "Na", "Si", "Cr", "Al", "Li"], ["O", "S", "Cl", "N"]
    for part, rows in (("train", 40), ("val", 12), ("test", 12)):
        lines = [
            f"{rng.choice(metals)}{rng.integers(1, 4)}{rng.choice(others)}{rng.integers(1, 4)},"
            f"{rng.normal():.3f}"
            for _ in range(rows)
        ]
        (folder / f"{part}.csv").write_text("\n".join(["formula,target", *lines, "D2O,1", ""]))
    for name in ("onehot", "mat2vec", "magpie"):
        bench.run(
            "prepare_element_vectors", wildcards={"vectors": name}, output={"table": f"{name}.csv"}
        )
    bench.run(
        "prepare_compositions",
        input={part: f"{part}.csv" for part in ("train", "val", "test")}
        | {"elements": ["onehot.csv", "mat2vec.csv"]},
        output={"compounds": "compounds.parquet", "refused": "refused.csv", "report": "prep.csv"},
        params={
            "dataset": {"source": "folder", "path": "x"},
            "prepare": {"drop_unary": True, "strict": False},
        },
    )
    bench.train("model.safetensors", "history.csv")
    return bench


def test_preparation_refuses_and_reports(bench):
    refused = pd.read_csv(bench.folder / "refused.csv")
    assert list(refused["formula"]) == ["D2O"] * 3
    assert len(pd.read_parquet(bench.folder / "compounds.parquet")) == 64
    assert "refused rows:" in (bench.folder / "prepare_compositions.log").read_text()


def test_training_is_the_same_again_and_leaves_no_checkpoint(bench):
    bench.train("again.safetensors", "again.csv", "again.zarr.zip")
    first, again = ((bench.folder / f"{n}.safetensors").read_bytes() for n in ("model", "again"))
    assert first == again
    assert not (bench.folder / "checkpoint.pt").exists()
    assert not (bench.folder / "attention.zarr").exists()


def test_training_is_the_same_without_attention(bench):
    bench.train("bare.safetensors", "bare.csv", asked=None)
    first, bare = ((bench.folder / f"{n}.safetensors").read_bytes() for n in ("model", "bare"))
    assert first == bare


def test_attention_is_kept_with_the_predictions_of_its_epoch(bench):
    bench.run(
        "evaluate_attention",
        input={"attention": "attention.zarr.zip"},
        output={"summary": "attention_summary.csv"},
    )
    summary = pd.read_csv(bench.folder / "attention_summary.csv").iloc[0]
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
    from matxai import training

    whole = training._Run.train_epoch

    def dies_in_third(run, task):
        if run.epoch == 2:
            raise KeyboardInterrupt
        whole(run, task)

    monkeypatch.setattr(training._Run, "train_epoch", dies_in_third)
    with pytest.raises(KeyboardInterrupt):
        bench.train("resumed.safetensors", "resumed.csv", "resumed.zarr.zip")
    assert (bench.folder / "checkpoint.pt").exists()
    assert len(AttentionStore(bench.folder / "attention.zarr")) == 2
    assert not (bench.folder / "resumed.zarr.zip").exists()
    assert not (bench.folder / "resumed.safetensors").exists()
    monkeypatch.undo()
    bench.train("resumed.safetensors", "resumed.csv", "resumed.zarr.zip")
    assert "resumed from" in (bench.folder / "train_crabnet.log").read_text()
    for kind, name in (("safetensors", "model"), ("csv", "history"), ("zarr.zip", "attention")):
        expected = (bench.folder / f"{name}.{kind}").read_bytes()
        assert (bench.folder / f"resumed.{kind}").read_bytes() == expected


def test_evaluation_and_its_figures(bench):
    bench.run(
        "evaluate_crabnet",
        input={"compounds": "compounds.parquet", "model": "model.safetensors"},
        output={name: f"{name}.csv" for name in ("predictions", "metrics", "calibration")},
    )
    bench.run(
        "evaluate_baselines",
        input={"compounds": "compounds.parquet", "vectors": "magpie.csv"},
        output={"metrics": "baselines.csv"},
        params={"trees": 5, "seeds": [0, 1], "task": "regression"},
    )
    bench.run(
        "collect_accuracy",
        input={"baselines": "baselines.csv", "networks": ["metrics.csv"]},
        output={"figure": "accuracy.svg", "table": "accuracy.csv"},
        params={"target": TARGET},
    )
    table = pd.read_csv(bench.folder / "accuracy.csv")
    assert table.groupby("model")["seed"].nunique().to_dict() == {
        "hotcrab": 1,
        "mean": 1,
        "random forest": 2,
    }
    bench.run(
        "plot_regression",
        input={"predictions": "predictions.csv", "calibration": "calibration.csv"},
        output={"parity": "parity.svg", "calibration": "calibration.svg"},
        params={"target": TARGET, "title": "a network"},
    )
    bench.run(
        "plot_history",
        input={"history": "history.csv"},
        output={"figure": "history.svg"},
        params={"target": TARGET, "title": "a network"},
    )
    for name in ("accuracy", "parity", "calibration", "history"):
        assert (bench.folder / f"{name}.svg").read_text().startswith("<?xml")


def test_statistics_and_their_figures(bench):
    bench.run(
        "describe_compositions",
        input={"compounds": "compounds.parquet"},
        output={n: f"{n}.csv" for n in ("summary", "prevalence", "element_counts")},
    )
    summary = pd.read_csv(bench.folder / "summary.csv").set_index("part")
    assert summary["compounds"].to_dict() == {"train": 40, "val": 12, "test": 12, "whole": 64}
    bench.run(
        "plot_prevalence",
        input={n: f"{n}.csv" for n in ("prevalence", "element_counts")},
        output={
            n: f"{n}.svg" for n in ("by_count", "by_number", "periodic_table", "element_counts")
        },
    )
    bench.run(
        "collect_statistics",
        input={"summaries": ["summary.csv", "summary.csv"]},
        output={"figure": "datasets.svg", "table": "datasets.csv"},
        params={"datasets": ["mine", "yours"]},
    )
    assert set(pd.read_csv(bench.folder / "datasets.csv")["dataset"]) == {"mine", "yours"}
    bench.run(
        "plot_target",
        input={"compounds": "compounds.parquet"},
        output={"figure": "target.svg", "table": "target.csv"},
        params={"target": TARGET},
    )
    shares = pd.read_csv(bench.folder / "target.csv").groupby("part")["share"].sum()
    assert np.allclose(shares, 1)


def test_embeddings_correlation_and_vectors(bench):
    bench.run(
        "embed_elements", input={"model": "model.safetensors"}, output={"embeddings": "e.parquet"}
    )
    bench.run(
        "select_vectors",
        wildcards={"vectors": "embedded"},
        input={"embeddings": "e.parquet"},
        output={"table": "embedded.csv"},
    )
    _, card = load_network(bench.folder / "model.safetensors")
    assert list(pd.read_csv(bench.folder / "embedded.csv", index_col=0).index) == card.elements
    place = {"place": "mine/hotcrab/seed0", "vectors": "embedded"}
    bench.run(
        "plot_element_correlation",
        wildcards=place,
        input={"vectors": "embedded.csv"},
        output={
            f"{view}_{kind}": f"{view}.{suffix}"
            for view in VIEWS
            for kind, suffix in (("figure", "svg"), ("table", "csv"))
        },
        params={"views": VIEWS},
    )
    pairs = len(card.elements) * (len(card.elements) - 1) // 2
    assert len(pd.read_csv(bench.folder / "full_number.csv")) == pairs
    bench.run(
        "render_element_correlation",
        wildcards=place,
        input={"vectors": "embedded.csv"},
        output={"page": "page.html"},
        params={"views": VIEWS},
    )
    assert "Plotly.newPlot" in (bench.folder / "page.html").read_text(encoding="utf-8")
    bench.run(
        "plot_element_vectors",
        input={"published": ["mat2vec.csv"], "networks": ["embedded.csv"]},
        output={"figure": "vectors.svg", "table": "vectors.csv"},
        params={"elements": ["Si", "Cr"], "names": ["mat2vec", "hotcrab"]},
    )
    table = pd.read_csv(bench.folder / "vectors.csv")
    assert table.groupby(["representation", "element"]).size()["mat2vec", "Si"] == 200


def test_oxidation_tables_and_figures(bench):
    bench.run(
        "guess_oxidation",
        input={"compounds": ["compounds.parquet", "compounds.parquet"]},
        output={"guesses": "guesses.csv"},
        params={"time_limit": 10.0},
    )
    bench.run(
        "collect_oxidation",
        input={"compounds": "compounds.parquet", "guesses": "guesses.csv"},
        output={"table": "oxidation.csv"},
    )
    compounds = pd.read_parquet(bench.folder / "compounds.parquet")
    table = read_oxidation(bench.folder / "oxidation.csv")
    assert list(table["line"]) == list(compounds["line"])
    for states, numbers, amounts in zip(
        table["states"], compounds["numbers"], compounds["amounts"], strict=True
    ):
        held = dict(zip(map(int, numbers), amounts, strict=True))
        assert sum(state * held[SYMBOLS[s]] for s, state in states.items()) == pytest.approx(0)
    views = ("outcomes", "states", "agreement")
    bench.run(
        "plot_oxidation",
        input={"guesses": "guesses.csv", "tables": ["oxidation.csv"]},
        output={
            f"{v}_{k}": f"{v}.{s}" for v in views for k, s in (("figure", "svg"), ("table", "csv"))
        },
        params={"datasets": ["mine"]},
    )
    assert pd.read_csv(bench.folder / "outcomes.csv")["compounds"].sum() == len(compounds)
    for view in views:
        assert (bench.folder / f"{view}.svg").read_text().startswith("<?xml")


def test_contributions_average_to_the_predictions_and_are_drawn(bench):
    names = {"occurrences": "c.parquet", "elements": "elements.csv", "check": "check.csv"}
    bench.run(
        "explain_contributions",
        input={"compounds": "compounds.parquet", "model": "model.safetensors"},
        output=names,
    )
    check = pd.read_csv(bench.folder / "check.csv").set_index("part")
    assert check["compounds"].to_dict() == {"train": 40, "val": 12, "test": 12}
    assert (check["largest_difference"] <= check["tolerance"]).all()
    occurrences = pd.read_parquet(bench.folder / "c.parquet")
    assert len(occurrences) == 2 * 64
    average = occurrences.groupby(["part", "line"], sort=False)["contribution"].mean()
    bench.run(
        "evaluate_crabnet",
        input={"compounds": "compounds.parquet", "model": "model.safetensors"},
        output={name: f"{name}.csv" for name in ("predictions", "metrics", "calibration")},
    )
    predictions = pd.read_csv(bench.folder / "predictions.csv")["prediction"]
    assert np.allclose(average, predictions, atol=1e-5)
    bench.run(
        "plot_contributions",
        input={"elements": "elements.csv"},
        output={
            f"{name}_{kind}": f"contribution_{name}.{suffix}"
            for name in ("periodic_table", "distribution")
            for kind, suffix in (("figure", "svg"), ("table", "csv"))
        },
        params={"target": TARGET, "title": "a network", "minimum": 2, "elements": 5},
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
        fetch = lambda digest: bench.run(  # noqa: E731
            "download_table",
            wildcards={"sha256": digest},
            output={"table": f"{digest}.csv"},
            params={"url": url},
        )
        fetch(good)
        assert (bench.folder / f"{good}.csv").read_bytes() == content
        with pytest.raises(ValueError, match="another SHA-256"):
            fetch("0" * 64)
        assert not (bench.folder / f"{'0' * 64}.csv").exists()
        server.shutdown()
