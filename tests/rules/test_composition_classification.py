"""The real scripts on two classes: one log loss in three files; and the summary over two data sets."""

import numpy as np
import pandas as pd
import pytest
from tests.bench import METAL, TARGET, CompositionBench

from matxai.composition.attention.store import AttentionStore
from matxai.composition.network.model_file import load_network


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """Prepared classes and a trained network."""
    folder = tmp_path_factory.mktemp("classes")
    bench = CompositionBench(folder)
    rng = np.random.default_rng(0)
    for part, rows in (("train", 40), ("val", 12), ("test", 12)):
        lines = []
        for row in range(rows):
            metal = rng.choice(["Fe", "Na", "Si", "Cr", "Al", "Li"])
            other = ["O", "S", "Cl", "N"][row % 4]
            # A composition that disagrees with itself now and then: oxides and sulphides are class 1.
            lines.append(f"{metal}{rng.integers(1, 4)}{other},{int(row % 4 < 2)}")
        (folder / f"{part}.csv").write_text("\n".join(["formula,target", *lines, "KBr,2", ""]))
    bench.prepare(["onehot", "magpie"], task="classification")
    bench.train(task="classification")
    bench.evaluate()
    return bench


def test_what_is_no_class_is_refused(bench):
    assert list(pd.read_csv(bench.folder / "refused.csv")["target"]) == [2, 2, 2]


def test_the_file_says_that_its_output_is_a_class(bench):
    _, metadata = load_network(bench.folder / "model.safetensors")
    assert (metadata.task, metadata.mean, metadata.std) == ("classification", 0, 1)


def test_history_attention_and_evaluation_have_the_same_log_loss(bench):
    history = pd.read_csv(bench.folder / "history.csv")
    with AttentionStore(bench.folder / "attention.zarr.zip") as store:
        target = store.compounds["target"].to_numpy()[:, None]
        p = store.predictions.astype(float)
    losses = -np.log(np.where(target == 1, p, 1 - p)).mean(axis=0)
    assert np.allclose(losses, history["val_error"], rtol=1e-4)
    predictions = pd.read_csv(bench.folder / "predictions.csv")
    val = predictions[predictions["part"] == "val"]
    p = np.where(val["target"] == 1, val["prediction"], 1 - val["prediction"])
    assert -np.log(p).mean() == pytest.approx(history["val_error"].min(), rel=1e-4)


def test_every_figure_is_drawn_beside_its_table(bench):
    bench.run(
        "composition/plot_crabnet_classification",
        {name: [f"{name}.csv"] for name in ("history", "predictions", "metrics", "calibration")},
        {"roc_figures": ["roc.svg"], "roc_tables": ["roc.csv"]}
        | {name: [f"{name}.svg"] for name in ("history", "calibration")},
        target=METAL,
        titles=["a network"],
    )
    assert set(pd.read_csv(bench.folder / "roc.csv")["part"]) == {"train", "val", "test"}
    names = ("summary", "prevalence", "element_counts")
    bench.run(
        "composition/describe_compositions",
        {"compounds": "compounds.parquet"},
        {name: f"{name}.csv" for name in names}
        | {"prevalence_figures": [f"prevalence{number}.svg" for number in range(3)]}
        | {"element_counts_figure": "element_counts.svg"}
        | {"figure": "target.svg", "table": "target.csv"},
        target=METAL,
    )
    assert pd.read_csv(bench.folder / "target.csv")["compounds"].sum() == 64
    bench.run(
        "composition/explain_crabnet_contributions",
        {"compounds": "compounds.parquet", "model": "model.safetensors"},
        {"occurrences": "c.parquet", "elements": "elements.csv", "check": "check.csv"},
    )
    predictions = pd.read_csv(bench.folder / "predictions.csv")
    occurrences = pd.read_parquet(bench.folder / "c.parquet")
    average = occurrences.groupby(["part", "line"], sort=False)["contribution"].mean()
    assert np.allclose(average, predictions["log_odds"], atol=1e-5)
    bench.run(
        "composition/plot_crabnet_contributions",
        {"elements": "elements.csv"},
        {
            f"{name}_{kind}": f"contribution_{name}.{suffix}"
            for name in ("periodic_table", "distribution")
            for kind, suffix in (("figure", "svg"), ("table", "csv"))
        },
        target=METAL,
        title="a network",
        contributions={"minimum": 2, "elements": 5},
    )
    assert "target_log_odds" in pd.read_csv(bench.folder / "contribution_distribution.csv")
    for name in ("roc", "calibration", "history", "target", "contribution_distribution"):
        assert (bench.folder / f"{name}.svg").read_text().startswith("<?xml")


def test_accuracy_and_the_summary(bench):
    bench.run(
        "composition/evaluate_composition_baselines",
        {"compounds": "compounds.parquet", "vectors": "magpie.csv"},
        {"predictions": "baseline_predictions.csv"},
        trees=5,
        seeds=[0, 1],
        task="classification",
    )
    bench.run(
        "composition/collect_composition_accuracy",
        {"baselines": "baseline_predictions.csv", "networks": ["predictions.csv"]},
        {"figure": "accuracy.svg", "table": "accuracy.csv"},
        target=METAL,
    )
    table = pd.read_csv(bench.folder / "accuracy.csv")
    assert {"roc_auc", "average_precision", "brier", "log_loss"} <= set(table["metric"])
    forests = {"random forest", "random forest, mean of 2 seeds"}
    assert set(table["model"]) == {"hotcrab", "share of class 1"} | forests
    number = table[table["metric"] == "roc_auc"].assign(metric="mae")
    number["model"] = number["model"].replace("share of class 1", "mean")
    number.to_csv(bench.folder / "number.csv", index=False)
    bench.run(
        "composition/collect_composition_summary",
        {
            "accuracy": ["number.csv", "accuracy.csv"],
            "compounds": ["compounds.parquet", "compounds.parquet"],
        },
        {
            "figure": "summary.svg",
            "table": "summary.csv",
            "key_numbers": "key_numbers.csv",
        },  # fmt: skip
        targets={"hardness": TARGET, "metal": METAL},
    )
    summary = pd.read_csv(bench.folder / "summary.csv").set_index(["dataset", "model"])
    assert summary.loc[("hardness", "random forest"), "seeds"] == 2
    assert summary.loc[("metal", "hotcrab"), "metric"] == "roc_auc"
    mine = table[(table["model"] == "hotcrab") & (table["metric"] == "roc_auc")]
    assert summary.loc[("metal", "hotcrab"), "mean"] == mine["value"].item()
    for name in ("accuracy", "summary"):
        assert (bench.folder / f"{name}.svg").read_text().startswith("<?xml")
