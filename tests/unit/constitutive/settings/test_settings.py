"""Settings of the line, and where its results stand."""

import pytest
from pydantic import ValidationError

from matxai.constitutive.laws import LAWS
from matxai.constitutive.plan import FIGURES, Plan
from matxai.constitutive.settings.data import CASES, Generated, read_case
from matxai.constitutive.settings.line import KINDS, Constitutive

RUBBER = {
    "source": "generated", "law": "hyperelastic", "layout": "dict", "strain": [-0.4, 1],
    "parameters": {"mu": [0.3, 0.9], "alpha": [2, 2]},
}  # fmt: skip
FOLDER = {"source": "folder", "law": "viscoelastic", "layout": "tfrecord", "path": "my data"}


def test_the_default_has_a_case_of_each_law():
    assert {case.law for case in CASES.values()} == set(LAWS)
    for name, case in CASES.items():
        assert read_case(case.model_dump(mode="json")) == case, name


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"parameters": {"mu": [1, 2]}}, "the hyperelastic law has mu, alpha"),
        ({"parameters": {"mu": [2, 1], "alpha": [2, 2]}}, "runs downwards"),
        ({"parameters": {"mu": [0, 1], "alpha": [2, 2]}}, "mu must be above zero"),
        ({"strain": [0.1, 1]}, "both sides of zero"),
        ({"strain": [-1, 1]}, "leaves no length"),
        ({"features": ["strain", "strain"]}, "delete the repeats of strain"),
        ({"features": ["strains"]}, "strain"),
        ({"layout": "csv"}, "layout"),
        ({"duration": [0, 1]}, "duration must be above zero"),
    ],
)
def test_an_impossible_case_is_refused_with_its_reason(change, message):
    Generated.from_plain(RUBBER)
    with pytest.raises(ValidationError, match=message):
        Generated.from_plain(RUBBER | change)


def test_a_case_cannot_take_the_name_of_a_figure():
    with pytest.raises(ValidationError, match="names a kind of figure"):
        Constitutive.from_plain({"cases": {"tangent": RUBBER}})


def test_every_kind_of_target_is_reserved():
    targets = Plan(Constitutive(), "results/x").targets()
    assert {name.removeprefix("constitutive_") for name in targets} == set(KINDS)
    assert set(FIGURES) < set(KINDS)


def test_every_seed_and_case_has_its_results():
    settings = Constitutive.from_plain(
        {"cases": {"rubber": RUBBER, "mine": FOLDER}, "seeds": [0, 7]}
    )
    plan = Plan(settings, "results/x/constitutive")
    tangents = plan.targets()["constitutive_tangent"]
    assert tangents == [
        f"results/x/constitutive/{case}/seed{seed}/explain_tangent.svg"
        for case in ("rubber", "mine")
        for seed in (0, 7)
    ]
    everything = {path for paths in plan.targets().values() for path in paths}
    by_case = plan.case_targets()
    assert set(by_case) == {"rubber", "mine"}
    missing = everything - {path for paths in by_case.values() for path in paths}
    assert {path.rpartition("/")[2] for path in missing} <= {"summary.json"}


def test_raw_inputs_are_the_files_of_a_folder_or_the_manifest_of_a_generation(tmp_path):
    raw = tmp_path / "INPUTS/tfrecord"
    raw.mkdir(parents=True)
    for name in ("sample_2.tfrecord", "sample_1.tfrecord", "other.txt"):
        (raw / name).touch()
    cases = {"rubber": RUBBER, "mine": FOLDER | {"path": str(tmp_path)}}
    plan = Plan(Constitutive.from_plain({"cases": cases}), "results/x")
    assert plan.raw_inputs("mine") == {
        "files": [f"{raw}/sample_1.tfrecord", f"{raw}/sample_2.tfrecord"]
    }
    assert plan.raw_folder("mine") == str(tmp_path)
    assert plan.raw_inputs("rubber") == {
        "manifest": "results/x/rubber/raw.csv", "truth": "results/x/rubber/truth.parquet",
    }  # fmt: skip
    assert plan.raw_folder("rubber") == "results/x/rubber/raw"


def test_features_and_target_are_the_laws_unless_chosen():
    chosen = FOLDER | {"features": ["strain", "dt"], "target": "stress"}
    plan = Plan(Constitutive.from_plain({"cases": {"a": FOLDER, "b": chosen}}), "results/x")
    assert plan.learned("b") == {
        "law": "viscoelastic", "features": ["strain", "dt"], "chosen": True, "target": "stress",
    }  # fmt: skip
    assert plan.learned("a")["features"] == list(LAWS["viscoelastic"].features)
    assert plan.learned("a")["target"] == "increment"
    assert not plan.learned("a")["chosen"]


def test_only_large_networks_ask_for_a_gpu():
    small = Plan(Constitutive(), "results/x")
    assert [small.gpus(kind) for kind in ("surrogate", "recurrent")] == [0, 0]
    changes = {
        "surrogate": {"hidden": 256},
        "train": {"batch_size": 4096},
        "recurrent": {"hidden": 512},
    }
    large = Plan(Constitutive.from_plain(changes), "results/x")
    assert [large.gpus(kind) for kind in ("surrogate", "recurrent")] == [1, 1]
