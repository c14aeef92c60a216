"""What the rule files declare for a configuration: named targets, and every path behind them."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tests.project import REPOSITORY, SNAKEMAKE

DATASETS = {
    "own": {"source": "folder", "path": "data/own", "label": "Hardness", "unit": "GPa"},
    "metal": {
        "source": "transport", "task": "classification", "target": "metal", "metals": "keep",
    },
}  # fmt: skip
DUMP = f"""
include: "{REPOSITORY}/Snakefile"
import json
Path("targets.json").write_text(json.dumps({{target.name: target.files for target in TARGETS}}))
Path("captions.json").write_text(json.dumps([
    [file.flags["report"].caption.get_path_or_uri(secret_free=True), list(rule.params.keys())]
    for rule in workflow.rules for file in rule.output if "report" in file.flags
]))
"""
NETWORKS = [
    f"results/x/composition/{dataset}/{network}/seed{seed}"
    for dataset in DATASETS
    for network in ("crabnet", "hotcrab")
    for seed in (0, 7)
]
EXPLAINED = [folder for folder in NETWORKS if folder.endswith("seed0")]


@pytest.fixture(scope="module")
def declared(tmp_path_factory):
    """Files by target, for settings of the line composition."""

    def targets(**settings):
        folder = tmp_path_factory.mktemp("declared")
        composition = {"datasets": DATASETS, "seeds": [0, 7]} | settings
        text = yaml.safe_dump(sort_keys=False, data={"study": "x", "composition": composition})
        (folder / "config.yaml").write_text(text)
        (folder / "Snakefile").write_text(DUMP)
        command = [SNAKEMAKE, "--list-target-rules", "--configfile", "config.yaml"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads((folder / "targets.json").read_text()) | {"folder": folder}

    return targets


@pytest.fixture(scope="module")
def whole(declared):
    return declared(
        correlation={"ranges": ["full"], "vectors": ["embedded", "layer2.key"]},
        local_umap={"elements": ["Fe"]},
    )


def of(target, *endings):
    return [path for path in target if path.endswith(endings)]


def test_networks_of_all_seeds_are_scored_and_those_of_the_first_explained(whole):
    training = [f"{folder}/history.svg" for folder in NETWORKS]
    assert sorted(of(whole["composition_training"], "/history.svg")) == sorted(training)
    assert {path.rpartition("/")[0] for path in whole["composition_embeddings"]} == set(EXPLAINED)
    agreement = of(whole["composition_faithfulness"], "agreement.svg")
    assert agreement == [f"{folder}/faithfulness/agreement.svg" for folder in EXPLAINED]
    drawn = of(whole["composition_contributions"], "distribution.svg", "periodic_table.svg")
    assert len(drawn) == 2 * len(EXPLAINED)


def test_each_task_has_its_figures(whole):
    assert of(whole["composition_roc"], ".svg") == [
        f"{folder}/roc.svg" for folder in NETWORKS if "/metal/" in folder
    ]
    parity = of(whole["composition_parity"], ".svg")
    assert parity == [f"{folder}/parity.svg" for folder in NETWORKS if "/own/" in folder]
    assert len(of(whole["composition_calibration"], ".svg")) == len(NETWORKS)


def test_every_map_is_asked_for_once(whole):
    maps = of(whole["composition_correlation"], ".svg")
    assert len(maps) == len(set(maps)) == 2 * (4 + 2 * len(EXPLAINED))
    assert f"{EXPLAINED[0]}/correlation/layer2.key/full_group.svg" in maps
    assert "results/x/composition/elements/correlation/magpie/full_number.svg" in maps


def test_each_compound_shown_has_its_figure_video_and_page(whole):
    folder = f"{EXPLAINED[1]}/attention"
    assert len(whole["composition_attention_videos"]) == 3 * len(EXPLAINED)
    assert len(whole["composition_attention_pages"]) == (3 + 1) * len(EXPLAINED)
    assert f"{folder}/compound3.mp4" in whole["composition_attention_videos"]
    assert f"{folder}/elements.html" in whole["composition_attention_pages"]
    assert f"{folder}/elements.svg" in whole["composition_attention"]


def test_umaps_of_elements_and_layers(whole):
    folder = f"{EXPLAINED[0]}/umap"
    assert of(whole["composition_umap_local"], ".svg")[0] == f"{folder}/local/Fe.svg"
    layers = of(whole["composition_umap_global"], ".svg")
    assert layers[0] == f"{folder}/global/layer1.svg"
    assert len(whole["composition_umap_pages"]) == 2 * len(EXPLAINED)


def test_a_data_set_has_its_target_and_the_line_has_all(whole):
    assert set(whole["composition_own"]) < set(whole["composition"])
    assert "results/x/composition/own/oxidation.csv" in whole["composition_own"]
    assert not [path for path in whole["composition_own"] if "/metal/" in path]
    assert whole["composition_summary"] == [
        "results/x/composition/summary.svg", "results/x/composition/summary.csv"
    ]  # fmt: skip


def test_what_is_switched_off_is_not_asked_for(declared):
    off = declared(attention=None, faithfulness=None, local_umap=None, global_umap=None)
    for name in ("attention", "attention_videos", "attention_pages", "faithfulness", "umap_local",
                 "umap_global", "umap_pages", "umap_stability"):  # fmt: skip
        assert off[f"composition_{name}"] == []
    assert off["composition_contributions"]


def test_a_name_of_a_data_set_that_names_a_target_is_refused(declared):
    with pytest.raises(AssertionError, match=r"nothing can be called summary.*rename it"):
        declared(datasets={"summary": DATASETS["metal"]})


def test_a_caption_asks_only_for_settings_that_its_rule_has(whole):
    """The template engine writes nothing for a name that it does not know, and says nothing."""
    declared = json.loads((whole["folder"] / "captions.json").read_text())
    assert len(declared) > 50
    for caption, settings in declared:
        text = Path(caption).read_text()
        assert set(re.findall(r"snakemake\.params\.(\w+)", text)) <= set(settings), caption


def test_reading_the_rules_imports_no_heavy_package():
    heavy = ("pandas", "pymatgen", "torch", "sklearn", "matplotlib")
    program = (
        "import sys, matxai.study, matxai.config.loading, matxai.run.results, "
        "matxai.run.provenance, matxai.run.requests, matxai.run.closing, matxai.run.terminal; "
        f"print(*(name for name in {heavy} if name in sys.modules))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(REPOSITORY / "src")},
    )
    assert loaded.stdout.split() == []
