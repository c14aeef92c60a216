"""Settings of the line, and what follows from them."""

import pytest
from pydantic import ValidationError

from matxai.constitutive.laws import LAWS
from matxai.constitutive.settings.data import CASES, Generated, Generation
from matxai.constitutive.settings.line import Constitutive
from matxai.run.requests import gpus

RUBBER = {
    "source": "generated", "law": "hyperelastic", "layout": "dict", "strain": [-0.4, 1],
    "parameters": {"mu": [0.3, 0.9], "alpha": [2, 2]},
}  # fmt: skip
FOLDER = {"source": "folder", "law": "viscoelastic", "layout": "tfrecord", "path": "my data"}


def test_the_default_has_a_case_of_each_law():
    assert {case.law for case in CASES.values()} == set(LAWS)
    for name, case in CASES.items():
        read = Constitutive.from_plain({"cases": {name: case.plain()}})
        assert read.cases == {name: case}


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


def test_raw_inputs_are_the_files_of_a_folder_or_the_manifest_of_a_generation(tmp_path):
    raw = tmp_path / "INPUTS/tfrecord"
    raw.mkdir(parents=True)
    for name in ("sample_2.tfrecord", "sample_1.tfrecord", "other.txt"):
        (raw / name).touch()
    cases = {"rubber": RUBBER, "mine": FOLDER | {"path": str(tmp_path)}}
    rubber, mine = Constitutive.from_plain({"cases": cases}).cases.values()
    made = {"manifest": "raw.csv", "truth": "truth.parquet"}
    assert mine.files(**made) == {"files": [f"{raw}/sample_1.tfrecord", f"{raw}/sample_2.tfrecord"]}
    assert mine.folder("raw") == str(tmp_path)
    assert rubber.files(**made) == made
    assert rubber.folder("raw") == "raw"


def test_generation_is_handed_what_it_depends_on_and_no_unit():
    read = Generated.from_plain(RUBBER).read
    assert type(read) is Generation
    assert Generation.from_plain(read.plain()) == read
    assert not {"stress_unit", "features", "target"} & set(read.plain())


def test_features_and_target_are_the_laws_unless_chosen():
    chosen = FOLDER | {"features": ["strain", "dt"], "target": "stress"}
    cases = Constitutive.from_plain({"cases": {"a": FOLDER, "b": chosen}}).cases
    assert cases["b"].learned == {
        "law": "viscoelastic", "features": ["strain", "dt"], "chosen": True, "target": "stress",
    }  # fmt: skip
    assert cases["a"].learned["features"] == list(LAWS["viscoelastic"].features)
    assert cases["a"].learned["target"] == "increment"
    assert not cases["a"].learned["chosen"]
    assert cases["a"].units == {"stress": "MPa", "time": "s"}


def test_only_large_networks_ask_for_a_gpu():
    def worth(line):
        return [
            gpus(line.train.batch_size, line.surrogate.weights),
            gpus(line.train_recurrent.batch_size, line.recurrent.weights),
        ]

    assert worth(Constitutive()) == [0, 0]
    changes = {
        "surrogate": {"hidden": 256},
        "train": {"batch_size": 4096},
        "recurrent": {"hidden": 512},
    }
    assert worth(Constitutive.from_plain(changes)) == [1, 1]
