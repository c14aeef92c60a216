"""The whole default chain on real data at smoke size: every result, its table, the report."""

import json
import zipfile

import numpy as np
import pandas as pd
import pytest

from matxai.composition.attention.store import AttentionStore

pytestmark = pytest.mark.e2e

RESULTS = "results/smoke/composition"


@pytest.fixture
def results(smoke):
    return smoke.folder / RESULTS


def test_every_figure_has_its_table(smoke):
    figures = sorted((smoke.folder / "results/smoke").rglob("*.svg"))
    assert len(figures) > 100
    tables = {
        "by_count": "prevalence",
        "by_number": "prevalence",
        "periodic_table": "prevalence",
        "parity": "predictions",
    }
    for figure in figures:
        table = figure.with_suffix(".csv")
        if not table.exists():  # several figures of one table
            table = figure.with_name(f"{tables[figure.stem]}.csv")
        if figure.parent.name == "local" and not len(pd.read_csv(table)):  # too few for a map
            stability = pd.read_csv(figure.parents[1] / "stability.csv", keep_default_na=False)
            assert (stability[stability["element"] == figure.stem]["skipped"] != "").all(), table
        else:
            assert len(pd.read_csv(table)), table


def test_no_partial_file_and_no_checkpoint_is_left(smoke):
    left = [p for p in smoke.folder.rglob("*") if p.name.startswith(".partial-")]
    assert not left
    assert not list((smoke.folder / "results").rglob("*checkpoint.pt"))
    assert not list((smoke.folder / "results").rglob("attention.zarr"))


def test_parts_are_split_by_composition(results):
    table = pd.read_parquet(results / "power_factor/compounds.parquet")
    assert (table.groupby("reduced")["part"].nunique() == 1).all()
    assert set(table["part"]) == {"train", "val", "test"}


def test_accuracy_compares_networks_and_baselines(results):
    table = pd.read_csv(results / "power_factor/accuracy.csv")
    assert set(table["model"]) == {
        "crabnet",
        "hotcrab",
        "mean",
        "random forest",
        "random forest, median of trees",
    }
    mae = table[table["metric"] == "mae"]
    assert (mae["ci_low"] < mae["value"]).all()
    assert (mae["value"] < mae["ci_high"]).all()


def test_predictions_agree_with_the_metrics(results):
    folder = results / "power_factor/crabnet/seed0"
    predictions = pd.read_csv(folder / "predictions.csv", keep_default_na=False)
    test = predictions[predictions["part"] == "test"]
    mae = (test["target"] - test["prediction"]).abs().mean()
    metrics = pd.read_csv(folder / "metrics.csv").set_index("metric")
    assert metrics.loc["mae", "value"] == pytest.approx(mae)


@pytest.mark.parametrize("network", ["crabnet", "hotcrab"])
def test_attention_is_kept_with_the_predictions_of_its_epoch(results, network):
    folder = results / f"power_factor/{network}/seed0"
    summary = pd.read_csv(folder / "attention/summary.csv").iloc[0]
    assert summary["row_sum_error"] < 1e-5
    history = pd.read_csv(folder / "history.csv")
    with AttentionStore(folder / "attention.zarr.zip") as store:
        assert len(store) == len(history) == summary["steps"]
        off = store.predictions - store.compounds["target"].to_numpy()[:, None]
    assert abs(off).mean(axis=0) == pytest.approx(history["val_error"].to_numpy(), rel=1e-5)


def test_attention_is_shown_for_the_compounds_that_the_table_names(results):
    for folder in sorted(results.glob("*/*/seed0")):
        table = pd.read_csv(folder / "attention/compounds.csv", keep_default_na=False)
        assert len(table) == 3
        for name in table["files"]:
            for suffix in ("svg", "csv", "mp4", "html"):
                assert (folder / f"attention/{name}.{suffix}").stat().st_size > 100, name


def test_classes_are_learned_by_log_loss_and_scored_as_classes(results):
    folder = results / "metal/crabnet/seed0"
    history = pd.read_csv(folder / "history.csv")
    predictions = pd.read_csv(folder / "predictions.csv", keep_default_na=False)
    assert set(predictions["target"]) == {0, 1}
    assert predictions["prediction"].between(0, 1).all()
    val = predictions[predictions["part"] == "val"]
    of_class = val["prediction"].where(val["target"] == 1, 1 - val["prediction"])
    assert history["val_error"].min() == pytest.approx(-np.log(of_class).mean(), rel=1e-4)
    assert {"roc_auc", "log_loss", "brier"} <= set(pd.read_csv(folder / "metrics.csv")["metric"])


def test_summary_holds_every_data_set_and_model(results):
    table = pd.read_csv(results / "summary.csv")
    assert set(table["dataset"]) == {"power_factor", "metal"}
    # Mean (or share), forest and two networks; where it is the absolute error, the median of trees.
    models = table.groupby("dataset")["model"].nunique()
    assert models.to_dict() == {"metal": 4, "power_factor": 5}
    assert table["published"].isna().all()


def test_every_map_says_how_far_it_can_be_trusted(results):
    folder = results / "power_factor/hotcrab/seed0/umap"
    stability = pd.read_csv(folder / "stability.csv", keep_default_na=False)
    of_oxygen = stability[stability["element"] == "O"]
    assert len(of_oxygen) == 4  # two layers, values and contexts
    assert set(of_oxygen["compositions"]) == {len(pd.read_csv(folder / "local/O.csv"))}
    assert (stability.query("skipped == ''")["trustworthiness"].astype(float) > 0.5).all()
    assert set(stability.query("scope == 'global'")["layer"]) == {1, 2}


def test_attention_is_judged_against_every_reference(results):
    folder = results / "power_factor/crabnet/seed0/faithfulness"
    table = pd.read_csv(folder / "agreement.csv")
    heads = table[(table["attention"] == "received") & (table["head"] > 0)]
    assert (heads.groupby(["elements", "reference"]).size() == 8).all()  # 2 layers, 4 heads
    assert heads["verdict"].notna().all()


@pytest.mark.parametrize("case", ["elastoplastic", "hyperelastic"])
def test_what_is_explained_is_what_was_trained(smoke, case):
    folder = smoke.folder / f"results/smoke/constitutive/{case}/seed0"
    trained, explained = (
        json.loads((folder / name).read_text()) for name in ("summary.json", "explain_summary.json")
    )
    assert explained["base_r2"] == pytest.approx(trained["r2"], abs=1e-6)
    assert explained["feature_names"] == trained["features"]
    assert trained["r2"] > 0.5
    table = pd.read_csv(folder / "explain_permutation.csv")
    assert (table["ci_low"] <= table["drop"]).all()
    assert (table["drop"] <= table["ci_high"]).all()


def test_paths_are_split_whole(smoke):
    for case in ("elastoplastic", "hyperelastic"):
        table = pd.read_parquet(smoke.folder / f"results/smoke/constitutive/{case}/steps.parquet")
        assert table.groupby("path")["part"].nunique().max() == 1
        assert table.groupby("part")["path"].nunique().to_dict() == {
            "train": 28,
            "val": 6,
            "test": 6,
        }


def test_logs_tell_what_a_run_needs_to_be_repeated(smoke):
    log = next((smoke.folder / "logs").rglob("crabnet/seed0/train_crabnet.log")).read_text()
    for text in ("rule:", "seed 0", "threads", "device", "torch 2.", "epoch 3/3", "peak memory"):
        assert text in log


def test_tensorflow_ran_in_its_environment(smoke):
    table = pd.read_csv(smoke.folder / "results/smoke/environments/tensorflow.csv")
    assert {"tensorflow", "keras", "numpy"} <= set(table["package"])


def test_interactive_page_is_whole_and_needs_no_network(results):
    page = (results / "elements/correlation/mat2vec/interactive.html").read_text(encoding="utf-8")
    assert "Plotly.newPlot" in page
    assert '<script src="http' not in page
    assert "full, by group" in page


def test_report_builds_offline_with_every_figure_captioned(smoke):
    smoke.snakemake("--report", "report.zip")
    with zipfile.ZipFile(smoke.folder / "report.zip") as report:
        page = report.read("report/report.html").decode()
    assert '<script src="http' not in page
    found, categories = (
        json.JSONDecoder().raw_decode(page, page.index(start) + len(start) - 2)[0]
        for start in ('var results = {"', 'var categories = {"')
    )
    shown = {entry["name"] for entry in found.values()}
    assert {"accuracy.svg", "parity.svg", "interactive.html", "periodic_table.svg"} <= shown
    assert {"explain_comparison.svg", "explain_tangent.svg", "predictions_onepath.svg"} <= shown
    places = [
        (category, section, *sorted(found[path]["labels"].items()))
        for category, sections in categories.items()
        for section, paths in sections.items()
        for path in paths
    ]
    # What has the labels of another result cannot be opened in the report.
    assert len(places) == len(set(places)) > 200
    for entry in found.values():
        assert entry["caption"].strip(), entry["name"]
        assert entry["labels"], entry["name"]
        assert "{{" not in entry["caption"], entry["name"]


def test_one_figure_can_be_asked_for_by_name(smoke):
    listed = {line.split(" ")[0] for line in smoke.snakemake("--list-target-rules").splitlines()}
    assert {"all", "composition", "composition_parity", "composition_correlation"} <= listed
    assert {"constitutive", "constitutive_tangent", "constitutive_hyperelastic"} <= listed
    assert "Nothing to be done" in smoke.snakemake(
        "composition_parity", "constitutive_elastoplastic"
    )
    folder = f"{RESULTS}/power_factor/hotcrab/seed0"
    assert "Nothing to be done" in smoke.snakemake(f"{folder}/parity.svg")
