"""Only what is stale is computed again: on the real workflow, rule by rule."""

import os

import pytest

pytestmark = pytest.mark.e2e

SOURCE = "src/matxai"


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
            "workflow/scripts/composition/plot_crabnet_history.py", '"""Draw', '"""Now draw'
        ),
    ):
        assert smoke.stale() == set()


@pytest.mark.parametrize(
    ("path", "old", "new", "rules"),
    [
        (
            "plotting/history.py",
            "_MARKED = 30",
            "_MARKED = 31",
            {"plot_crabnet_history", "plot_surrogate"},
        ),
        (
            "learning/loop.py",
            "1 / 25, 1e-4",
            "1 / 25, 2e-4",
            {"train_crabnet", "train_surrogate", "train_recurrent"},
        ),
        (
            "composition/elements/correlation.py",
            "matrix = np.clip(unit @ unit.T, -1, 1)",
            "matrix = np.clip(unit @ unit.T, -1, 2)",
            {"plot_element_correlation", "render_element_correlation", "plot_element_vectors"},
        ),
        # What follows from training runs again because of its new model, not for its own sake.
        (
            "composition/network/layers.py",
            "scores.softmax(-1)",
            "(2 * scores).softmax(-1)",
            {"train_crabnet"},
        ),
        (
            "composition/evaluation/scores.py",
            'predictions["sigma"] * factor',
            'predictions["sigma"] / factor',
            {"evaluate_crabnet"},
        ),
        (
            "constitutive/network/networks.py",
            "_FLOOR = 1e-6",
            "_FLOOR = 1e-7",
            {"train_surrogate", "train_recurrent"},
        ),
        (
            "attribution/permutation.py",
            "batch_rows: int = 65536",
            "batch_rows: int = 65535",
            {"explain_surrogate_permutation"},
        ),
        (
            "constitutive/explain/tangent.py",
            "quantile(errors, 0.95)",
            "quantile(errors, 0.9)",
            {"explain_surrogate_gradients"},
        ),
        (
            "constitutive/data/raw/tfrecords.py",
            "not a readable TFRecord file",
            "no readable TFRecord file",
            {"generate_loading_paths"},
        ),
        (
            "composition/explain/removal.py",
            "return whole - _predicted",
            "return whole + _predicted",
            {"explain_crabnet_faithfulness"},
        ),
        (
            "composition/figures/attention_video.py",
            "SECONDS = 6",
            "SECONDS = 7",
            {"render_crabnet_attention"},
        ),
        (
            "composition/network/embeddings.py",
            '"embedded", 0)',
            '"embedded", 1)',
            {"embed_elements"},
        ),
        (
            "composition/evaluation/baselines.py",
            "max_features=1 / 3",
            "max_features=1 / 2",
            {"evaluate_composition_baselines"},
        ),
        ("plotting/quantities.yml", "{label: Epoch}", "{label: Epochs}", None),
    ],
)
def test_a_changed_module_reruns_exactly_the_rules_that_reach_it(smoke, path, old, new, rules):
    with smoke.edit(f"{SOURCE}/{path}", old, new):
        stale = smoke.stale()
    if rules is None:  # the labels of axes: every rule that draws with them, none that computes
        assert "plot_crabnet_history" in stale
        assert not stale & {"train_crabnet", "evaluate_crabnet", "prepare_compositions"}
    else:
        assert stale == rules


def test_a_changed_script_reruns_its_rule(smoke):
    old = "print(metrics.to_string(index=False))"
    with smoke.edit(
        "workflow/scripts/composition/evaluate_composition_baselines.py", old, "print(metrics)"
    ):
        assert smoke.stale() == {"evaluate_composition_baselines"}


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        ("epochs: 3", "epochs: 4", {"train_crabnet"}),
        ("trees: 10", "trees: 11", {"evaluate_composition_baselines"}),
        ("repeats: 3", "repeats: 4", {"explain_surrogate_permutation"}),
        ("components: 3", "components: 2", {"explain_recurrent_states"}),
        ("depth: 2", "depth: 1", {"train_surrogate"}),
        ("E: [180000, 220000]", "E: [180000, 210000]", {"generate_loading_paths"}),
        (
            "strain: [-0.4, 1]",
            "strain: [-0.4, 1]\n      stress_unit: kPa",
            {"plot_surrogate", "explain_surrogate_gradients"},
        ),
        ("subset: 400", "subset: 300", {"prepare_compositions"}),
        (
            "label: n-type power factor",
            "label: power factor",
            {
                "plot_crabnet_contributions",
                "plot_composition_target",
                "plot_crabnet_history",
                "plot_crabnet_regression",
                "plot_crabnet_attention",
                "plot_crabnet_umap",
                "collect_composition_accuracy",
            },
        ),
        ("baseline:", "attention_views: {seed: 1}\n  baseline:", {"plot_crabnet_attention"}),
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
        "    return lambda wildcards: versions(SCRIPTS / script)",
        "    return lambda wildcards: versions(SCRIPTS / script) | (\n"
        '        {"scikit-learn": "99"} if "scikit-learn" in versions(SCRIPTS / script) else {}\n'
        "    )",
    ):
        assert sklearn.__version__ != "99"
        assert smoke.stale() == {
            "evaluate_composition_baselines",
            "explain_recurrent_states",
            "explain_crabnet_umap",
        }
