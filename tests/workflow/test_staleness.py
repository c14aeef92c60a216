"""Only what is stale is computed again: on the real workflow, rule by rule."""

import os

import pytest

pytestmark = pytest.mark.e2e

SOURCE = "src/matxai"
TRAININGS = {"train_crabnet", "train_surrogate", "train_recurrent"}


def test_a_second_run_does_nothing(smoke):
    assert "Nothing to be done" in smoke.snakemake()


def test_touching_every_file_does_nothing(smoke):
    for path in smoke.folder.rglob("*"):
        if path.is_file() and ".snakemake" not in path.parts:
            os.utime(path)
    assert smoke.stale() == set()


def test_a_comment_and_a_docstring_do_nothing(smoke):
    with (
        smoke.edit(f"{SOURCE}/learning/loop.py", "import math\n", "import math  # a comment\n"),
        smoke.edit(
            f"{SOURCE}/composition/network/crabnet.py", '"""CrabNet and', '"""Of CrabNet and'
        ),
        smoke.edit(
            "workflow/scripts/composition/plot_crabnet_regression.py", '"""Draw', '"""Now draw'
        ),
    ):
        assert smoke.stale() == set()


@pytest.mark.parametrize(
    ("path", "rules"),
    [
        (
            "plotting/history.py",
            {
                "plot_crabnet_regression",
                "plot_crabnet_classification",
                "collect_composition_summary",
                "plot_surrogate",
            },
        ),
        ("learning/loop.py", TRAININGS),
        (
            "composition/elements/correlation.py",
            {"plot_element_correlation", "plot_published_correlation", "plot_element_vectors"},
        ),
        # What follows from training runs again because of its new model, not for its own sake.
        ("composition/network/layers.py", {"train_crabnet"}),
        ("composition/evaluation/scores.py", {"evaluate_crabnet"}),
        ("constitutive/network/networks.py", {"train_surrogate", "train_recurrent"}),
        ("attribution/permutation.py", {"explain_surrogate"}),
        ("constitutive/explain/tangent.py", {"explain_surrogate"}),
        ("constitutive/data/raw/tfrecords.py", {"generate_loading_paths"}),
        ("composition/explain/importance.py", {"explain_crabnet_faithfulness"}),
        ("composition/figures/attention_video.py", {"render_crabnet_attention"}),
        ("composition/network/embeddings.py", {"embed_elements"}),
        ("composition/evaluation/baselines.py", {"evaluate_composition_baselines"}),
    ],
)
def test_a_changed_module_reruns_exactly_the_rules_that_reach_it(smoke, path, rules):
    assert changed(smoke, path) == rules


@pytest.mark.parametrize(
    "path",
    [
        "composition/settings/analyses.py",
        "composition/figures/faithfulness.py",
        "composition/figures/attention.py",
        "constitutive/settings/explain.py",
        "constitutive/figures/importance.py",
        "plotting/quantities.yml",
        "plotting/style.py",
    ],
)
def test_settings_and_figures_of_an_analysis_retrain_nothing(smoke, path):
    stale = changed(smoke, path)
    assert stale
    assert not stale & (TRAININGS | {"evaluate_crabnet", "prepare_compositions"})


def changed(smoke, path):
    """The rules that are stale when a module, or a file that it reads, has a line more."""
    file = smoke.folder / SOURCE / path
    last = file.read_text().splitlines()[-1]
    added = "added: {label: Added}" if path.endswith(".yml") else "ADDED = 1"
    with smoke.edit(f"{SOURCE}/{path}", file.read_text(), f"{file.read_text()}{added}\n"):
        assert file.read_text().splitlines()[-2] == last
        return smoke.stale()


def test_a_changed_script_reruns_its_rule(smoke):
    script = "workflow/scripts/composition/evaluate_composition_baselines.py"
    with smoke.edit(script, "predictions.to_csv", "print(), predictions.to_csv"):
        assert smoke.stale() == {"evaluate_composition_baselines"}


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        ("epochs: 3", "epochs: 4", {"train_crabnet"}),
        ("trees: 10", "trees: 11", {"evaluate_composition_baselines"}),
        ("repeats: 3", "repeats: 4", {"explain_surrogate"}),
        ("components: 3", "components: 2", {"explain_recurrent"}),
        ("depth: 2", "depth: 1", {"train_surrogate"}),
        ("E: [180000, 220000]", "E: [180000, 210000]", {"generate_loading_paths"}),
        (
            "strain: [-0.4, 1]",
            "strain: [-0.4, 1]\n      stress_unit: kPa",
            {"plot_surrogate", "explain_surrogate"},
        ),
        ("subset: 400", "subset: 300", {"prepare_compositions"}),
        (
            "label: n-type power factor",
            "label: power factor",
            {
                "plot_crabnet_contributions",
                "describe_compositions",
                "plot_crabnet_regression",
                "plot_crabnet_attention",
                "plot_crabnet_umap",
                "collect_composition_accuracy",
            },
        ),
        ("baseline:", "attention_figures: {seed: 1}\n  baseline:", {"plot_crabnet_attention"}),
        ("local_umap: {", "local_umap: {seeds: [1, 0], ", {"explain_crabnet_umap"}),
        (
            "baseline:",
            "faithfulness: {jitter: 0.03}\n  baseline:",
            {"explain_crabnet_faithfulness"},
        ),
        ("baseline:", "element_vectors: {elements: [Fe]}\n  baseline:", {"plot_element_vectors"}),
        ("baseline:", "oxidation: {time_limit: 9}\n  baseline:", {"guess_oxidation"}),
    ],
)
def test_a_changed_setting_reruns_exactly_its_users(smoke, old, new, rules):
    with smoke.edit("config/smoke.yaml", old, new):
        assert smoke.stale() == rules


def test_a_new_library_reruns_exactly_its_users(smoke):
    """scikit-learn is behind the baselines, the maps and the components of states alone."""
    import sklearn

    with smoke.edit(
        "rules/common.smk",
        '"libs": lambda wildcards: versions(SCRIPTS / name)',
        '"libs": lambda wildcards: versions(SCRIPTS / name) | ('
        '{"scikit-learn": "99"} if "scikit-learn" in versions(SCRIPTS / name) else {})',
    ):
        assert sklearn.__version__ != "99"
        assert smoke.stale() == {
            "evaluate_composition_baselines",
            "explain_recurrent",
            "explain_crabnet_umap",
        }
