"""The layout of plain arrays."""

import numpy as np
import pytest

from matxai.constitutive.data.preparation import READERS
from matxai.constitutive.data.raw.numpy_files import read_arrays, write_arrays
from matxai.constitutive.data.raw.paths import RawPath
from matxai.constitutive.settings.layouts import files_of
from matxai.run.errors import InputError

STRAIN = np.arange(12.0).reshape(3, 4)
BOTH = {"strain": STRAIN, "stress": STRAIN * 2}


@pytest.mark.parametrize("shape", [(3, 4), (3, 4, 1)])
def test_rows_are_paths(tmp_path, shape):
    series = BOTH | {"time": np.tile(np.arange(4.0), (3, 1)), "control": STRAIN / 12}
    write_arrays(tmp_path, {name: values.reshape(shape) for name, values in series.items()})
    found = list(read_arrays(tmp_path))
    assert [path.record for path in found] == [0, 1, 2]
    for row, path in enumerate(found):
        assert path.file == "INPUTS/npy/strain.npy"
        assert path.parameters == {}
        assert set(path.series) == set(series)
        for name, values in series.items():
            np.testing.assert_array_equal(path.series[name], values[row])


@pytest.mark.parametrize("shape", [(12,), (12, 1)])
def test_one_column_is_one_path(tmp_path, shape):
    write_arrays(tmp_path, {name: values.reshape(shape) for name, values in BOTH.items()})
    (path,) = read_arrays(tmp_path)
    np.testing.assert_array_equal(path.series["stress"], 2 * np.arange(12.0))


def test_in_one_column_a_path_begins_wherever_time_does_not_increase(tmp_path):
    time = np.array([0, 1, 2, 2, 3, 4, 5, 0, 1, 0.5, 1, 2])
    series = {name: values.ravel() for name, values in BOTH.items()}
    write_arrays(tmp_path, {**series, "time": time})
    found = list(read_arrays(tmp_path))
    assert [list(path.series["strain"]) for path in found] == [
        [0, 1, 2], [3, 4, 5, 6], [7, 8], [9, 10, 11],
    ]  # fmt: skip
    assert [path.record for path in found] == [0, 1, 2, 3]


def test_a_bad_path_is_refused_and_the_others_read(tmp_path):
    stress = STRAIN.copy()
    stress[1, 2] = np.nan
    write_arrays(tmp_path, {"strain": STRAIN, "stress": stress})
    found = list(read_arrays(tmp_path))
    assert [isinstance(entry, RawPath) for entry in found] == [True, False, True]
    assert (found[1].record, found[1].reason) == (1, "stress is nan at step 2")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"stress": STRAIN[:2]}, "stress has the shape (2, 4), strain (3, 4)"),
        ({"stress": STRAIN.ravel()}, "stress has the shape (12,), strain (3, 4)"),
        ({"time": np.arange(4.0)}, "time has the shape (4,), strain (3, 4)"),
        ({name: np.ones((2, 2, 2)) for name in BOTH}, "strain has the shape (2, 2, 2)"),
        ({name: np.array(1.0) for name in BOTH}, "strain has the shape ()"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(tmp_path, changes, reason):
    write_arrays(tmp_path, BOTH | changes)
    (entry,) = read_arrays(tmp_path)
    assert entry.record is None
    assert reason in entry.reason


def test_broken_and_outside_files_are_refused(tmp_path):
    write_arrays(tmp_path / "case", BOTH)
    time = tmp_path / "case/INPUTS/npy/time.npy"
    np.save(tmp_path / "time.npy", STRAIN)
    time.symlink_to(tmp_path / "time.npy")
    (entry,) = read_arrays(tmp_path / "case")
    assert (entry.file, entry.reason) == (
        "INPUTS/npy/time.npy",
        "the file lies outside the case's folder",
    )
    time.unlink()
    time.write_bytes(b"\x93NUMPY\x01")
    (entry,) = read_arrays(tmp_path / "case")
    assert "not a readable .npy file" in entry.reason


def test_missing_stress_is_an_error_that_names_it(tmp_path):
    write_arrays(tmp_path, {"strain": STRAIN})
    with pytest.raises(InputError, match=r"holds no RESULTS/stress.npy"):
        list(read_arrays(tmp_path))


def test_files_of_each_layout_are_found_sorted(tmp_path):
    write_arrays(tmp_path, BOTH | {"control": STRAIN})
    names = [
        "INPUTS/npy/sample_2.npy",
        "INPUTS/npy/sample_1.npy",
        "INPUTS/tfrecord/sample_0.tfrecord",
    ]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = {
        layout: [path.relative_to(tmp_path).as_posix() for path in files_of(layout, tmp_path)]
        for layout in READERS
    }
    assert found == {
        "arrays": ["INPUTS/npy/strain.npy", "RESULTS/stress.npy", "INPUTS/npy/control.npy"],
        "dict": [names[1], names[0]],
        "tfrecord": [names[2]],
    }
