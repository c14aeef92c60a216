"""The TFRecord layout, written and read by TensorFlow in one process of its own."""

import json
import os
import subprocess

import numpy as np
import pandas as pd
import pytest
from tests.project import REPOSITORY

from matxai.run.tensorflow import tensorflow_python

CHILD = """
import json, sys
from pathlib import Path
import numpy as np
import tensorflow as tf
from matxai.constitutive.settings.data import Generated
from matxai.constitutive.data.generator import generate
from matxai.constitutive.data.preparation import READERS, prepare
from matxai.constitutive.data.raw.paths import RawPath
from matxai.constitutive.data.raw.tfrecords import encode_buffer, encode_text, write_tfrecord
from matxai.run.errors import InputError

root = Path(sys.argv[1])
strain = np.array([0.0, 0.1, -1 / 3])
series = {"strain": strain, "stress": 1e6 * strain, "time": np.arange(3.0)}
material = {"E": encode_text(1 / 3), "sig0": encode_text(250.0)}


def file(number):
    return root / f"INPUTS/tfrecord/sample_{number:02d}.tfrecord"


def raw(number, *records):
    with tf.io.TFRecordWriter(str(file(number))) as writer:
        for record in records:
            writer.write(record)


def example(**features):
    return tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString()


def floats(*values):
    return tf.train.Feature(float_list=tf.train.FloatList(value=values))


def ints(*values):
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def texts(*values):
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=values))


write_tfrecord(file(0), *[
    {**{names.get(name, name): encode(values) for name, values in series.items()}, **material}
    for encode, names in [
        (np.asarray, {}),
        (encode_buffer, {"strain": "epsilon", "stress": "sigma", "time": "t"}),
        (encode_text, {"strain": "eps", "stress": "sig", "time": "t"}),
    ]
])
good = file(0).read_bytes()
ordered = [root.parent / f"order{number}.tfrecord" for number in range(20)]
for number, path in enumerate(ordered):
    names = sorted("abcdefghij", key=lambda name: (ord(name) * (number + 1)) % 11)
    write_tfrecord(path, {name: encode_text(np.array(ord(name))) for name in names})
raw(1, example(strain=ints(0, 1, 2), stress=texts(b"1.0, 2.0, 3."), name=texts(b"steel"), k=ints(4)))
file(2).write_bytes(good[:-3])
file(3).write_bytes(good[:40] + b"!" + good[41:])
file(4).write_bytes(b"no records at all, but plain text")
file(5).touch()
raw(6,
    example(strain=floats(0, 1)),
    b"\\xff\\xff\\xff",
    b"",
    example(strain=floats(0, 1), stress=floats(0, float("nan"))),
    example(strain=floats(0, 1), stress=texts(b"1", b"2")),
    example(strain=floats(0, 1), stress=tf.train.Feature()),
    example(strain=floats(0, 1), stress=texts(b"1.0;2.0;")),
    example(strain=floats(0, 1), stress=floats(0, 1, 2)),
    example(strain=floats(0), stress=floats(0)),
    example(strain=floats(0, 1), stress=floats(2, 3)),
)
file(7).symlink_to(root.parent / "elsewhere.tfrecord")
(root.parent / "elsewhere.tfrecord").write_bytes(good)

found = []
for entry in READERS["tfrecord"](root):
    line = {"file": entry.file, "record": entry.record}
    if isinstance(entry, RawPath):
        line |= {"parameters": entry.parameters}
        line |= {"series": {name: values.tolist() for name, values in entry.series.items()}}
    else:
        line |= {"reason": entry.reason, "expected": entry.expected}
    found.append(line)
try:
    list(READERS["tfrecord"](root / "INPUTS"))
    problem = ""
except InputError as error:
    problem = str(error)
generated = root.parent / "generated"
ranges = {"E_inf": (500, 1500), "E_1": (1000, 3000), "eta_1": (500, 3000)}
settings = Generated.from_plain(
    {"source": "generated", "law": "viscoelastic", "layout": "tfrecord", "paths": 10, "steps": 12,
     "strain": (-0.02, 0.02), "parameters": ranges, "duration": (5, 50)}
)
truth = generate(settings, generated)
raw_paths = list(READERS["tfrecord"](generated))
series = prepare(raw_paths, settings.physics, (0.7, 0.15), 0, True, truth).series
recovered = prepare(raw_paths, settings.physics, (0.7, 0.15), 0, True).series
report = {"truth": truth.to_dict("list"), "series": series.to_dict("list"),
          "recovered": recovered.to_dict("list")}
report |= {"equal_bytes": len({path.read_bytes() for path in ordered}) == 1}
report |= {"found": found, "problem": problem, "torch": "torch" in sys.modules}
Path(sys.argv[2]).write_text(json.dumps(report))
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """What the child wrote and read; TensorFlow takes seconds to import, so all in one process."""
    python = tensorflow_python()
    if not os.access(python, os.X_OK):
        pytest.skip("the TensorFlow environment is not set up here: run `make`")
    root = tmp_path_factory.mktemp("tfrecord") / "case"
    result = root.with_name("report.json")
    clean = {k: v for k, v in os.environ.items() if k not in {"PYTHONHOME", "VIRTUAL_ENV"}}
    environment = clean | {"PYTHONPATH": str(REPOSITORY / "src"), "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [python, "-P", "-c", CHILD, root, result]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(result.read_text())


def of_file(report, number):
    name = f"INPUTS/tfrecord/sample_{number:02d}.tfrecord"
    return [entry for entry in report["found"] if entry["file"] == name]


def test_all_encodings_and_names_give_the_same_path(report):
    found = of_file(report, 0)
    assert [entry["record"] for entry in found] == [0, 1, 2]
    strain = np.array([0.0, 0.1, -1 / 3])
    for entry, kind in zip(found, (np.float32, np.float64, np.float64), strict=True):
        assert entry["parameters"] == {"E": 1 / 3, "sig0": 250.0}
        expected = {"strain": strain, "stress": 1e6 * strain, "time": np.arange(3.0)}
        assert entry["series"] == {k: v.astype(kind).tolist() for k, v in expected.items()}


def test_equal_features_give_equal_bytes_whatever_their_order(report):
    assert report["equal_bytes"]


def test_integers_are_numbers_and_unknown_features_are_ignored(report):
    (entry,) = of_file(report, 1)
    assert entry["series"] == {"strain": [0, 1, 2], "stress": [1, 2, 3]}
    assert entry["parameters"] == {"k": 4}


@pytest.mark.parametrize("number", [2, 3, 4])
def test_truncated_corrupt_and_other_files_are_refused_as_a_whole(report, number):
    (entry,) = of_file(report, number)
    assert entry["record"] is None
    assert entry["reason"].startswith("not a readable TFRecord file: ")
    assert "whole TFRecord file" in entry["expected"]


def test_a_file_without_records_is_refused(report):
    (entry,) = of_file(report, 5)
    assert entry["reason"] == "the file holds no record"


def test_bad_records_are_refused_by_their_number_and_the_others_read(report):
    found = of_file(report, 6)
    assert [entry["record"] for entry in found] == list(range(10))
    reasons = [entry.get("reason") for entry in found]
    assert reasons == [
        "no stress",
        "the record is no tf.train.Example",
        "no strain",
        "stress is nan at step 1",
        "stress: 2 bytes values",
        "stress: the feature is empty",
        "stress: the text holds '1.0;2.0;', which is no number",
        "stress has 3 steps, strain 2",
        "strain has 1 step",
        None,
    ]
    assert found[-1]["series"]["stress"] == [2, 3]


def test_a_link_out_of_the_folder_is_refused(report):
    (entry,) = of_file(report, 7)
    assert "outside the case's folder" in entry["reason"]


def test_a_folder_without_records_is_an_error(report):
    assert "holds no INPUTS/tfrecord/sample_*.tfrecord" in report["problem"]
    assert report["torch"] is False


def test_generated_records_give_back_the_law_they_came_from(report):
    truth, series, recovered = (
        pd.DataFrame(report[name]) for name in ("truth", "series", "recovered")
    )
    truth = truth[truth["step"] > 0]
    assert len(series) == len(truth) == 120
    for name in ("viscous_stress", "tangent"):
        np.testing.assert_array_equal(series[name], truth[name])
    # The four files of ten in single precision give it back to seven digits of the stress.
    exact = truth["viscous_stress"].to_numpy()
    np.testing.assert_allclose(recovered["viscous_stress"], exact, atol=1e-4)
    close = np.abs(recovered["viscous_stress"] - exact) < 1e-11
    assert close.groupby(recovered["path"]).all().sum() == 6
    np.testing.assert_allclose(recovered["tangent"], truth["tangent"], rtol=1e-4)
    assert series.groupby("path")["eta_1"].nunique().eq(1).all()
    assert series["eta_1"].nunique() == 10
