"""The layout of one pickled dict per path, and the checks that all layouts share."""

import os

import numpy as np
import pytest

from matxai.constitutive.data.raw.numpy_files import read_dicts, write_dict
from matxai.constitutive.data.raw.paths import RawPath, Refusal, check_path
from matxai.run.errors import InputError

GOOD = {"strain": np.array([0.0, 0.1, 0.3]), "stress": np.array([0.0, 1.0, 2.0])}


def sample(root, number, content):
    path = root / f"INPUTS/npy/sample_{number}.npy"
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, content, allow_pickle=True)
    return path


def refusal(**changes):
    found = check_path("a.npy", 4, {**GOOD, **changes})
    assert isinstance(found, Refusal)
    assert (found.file, found.record) == ("a.npy", 4)
    return f"{found.reason} | {found.expected}"


def test_what_is_written_is_read_in_order_of_the_files(tmp_path):
    for number in (2, 0, 1):
        series = {**GOOD, "e_plastic": GOOD["strain"] * number}
        write_dict(tmp_path / f"INPUTS/npy/sample_{number}.npy", series, {"E": 10.0 + number})
    found = list(read_dicts(tmp_path))
    assert [path.file for path in found] == [f"INPUTS/npy/sample_{n}.npy" for n in range(3)]
    for number, path in enumerate(found):
        assert path.record == 0
        assert path.parameters == {"E": 10.0 + number}
        np.testing.assert_array_equal(path.series["e_plastic"], GOOD["strain"] * number)


@pytest.mark.parametrize("wrap", [lambda d: d, lambda d: np.array([d], dtype=object)])
def test_a_dict_may_hold_columns_rows_lists_and_other_keys(tmp_path, wrap):
    content = {
        "eps": GOOD["strain"][:, None],
        "sigma": GOOD["stress"][None].astype(np.float32),
        "t": [0, 1, 2],
        "E": np.array([[7]]),
        "H_kin": 3,
        "name": "steel",
        "extra": {"nested": None},
    }
    sample(tmp_path, 0, wrap(content))
    (path,) = read_dicts(tmp_path)
    assert isinstance(path, RawPath)
    assert set(path.series) == {"strain", "stress", "time"}
    for name, values in {**GOOD, "time": np.arange(3.0)}.items():
        assert path.series[name].dtype == np.float64
        assert type(path.series[name]) is np.ndarray
        np.testing.assert_array_equal(path.series[name], values)
    assert path.parameters == {"E": 7.0, "H_kin": 3.0}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"stress": [0.0, 1.0]}, "stress has 2 steps, strain 3 | series of equal length"),
        ({"prev_strain": [0.0]}, "prev_strain has 1 steps, strain 3"),
        ({"stress": [0.0, np.nan, np.inf]}, "stress is nan at step 1 | finite numbers"),
        ({"time": [0.0, 1.0, -np.inf]}, "time is -inf at step 2"),
        ({"E": np.nan}, "E is nan at step 0"),
        ({"time": [0.0, 1.0, 1.0]}, "time does not increase at step 2 | strictly"),
        ({"time": [1.0, 0.0, 2.0]}, "time does not increase at step 1"),
        ({"strain": ["a", "b", "c"]}, "strain is not numeric"),
        ({"strain": [1.0, None, 2.0]}, "strain is not numeric"),
        ({"strain": np.ones(3, bool)}, "strain is not numeric: bool"),
        ({"strain": 1j * np.ones(3)}, "strain is not numeric: complex"),
        ({"strain": [[1.0], [2.0, 3.0]]}, "strain is ragged"),
        ({"strain": np.ones((3, 2))}, "strain has the shape (3, 2) | one row"),
        ({"E": [1.0, 2.0]}, "E has 2 values | one value per path"),
        ({"sigma": [0.0, 1.0, 2.0]}, "both stress and sigma are given | one series of stress"),
    ],
)
def test_a_bad_value_is_refused_by_its_name(changes, reason):
    assert reason in refusal(**changes)


@pytest.mark.parametrize("missing", ["strain", "stress"])
def test_a_missing_series_is_refused_with_its_other_names(missing):
    found = check_path("a", 0, {name: values for name, values in GOOD.items() if name != missing})
    assert found.reason == f"no {missing}"
    assert {"strain": "epsilon, eps", "stress": "sigma, sig"}[missing] in found.expected


def test_a_path_of_one_step_is_refused():
    found = check_path("a", 0, {"strain": 0.0, "stress": [1.0]})
    assert "strain has 1 step" in found.reason


def test_bad_files_among_good_ones_are_refused_and_the_rest_read(tmp_path):
    sample(tmp_path, 0, GOOD)
    sample(tmp_path, 1, np.arange(3.0))
    sample(tmp_path, 2, np.array([GOOD, GOOD], dtype=object))
    cut = sample(tmp_path, 3, GOOD)
    cut.write_bytes(cut.read_bytes()[:-9])
    sample(tmp_path, 4, {**GOOD, "run": os.system})
    sample(tmp_path, 5, {**GOOD, "stress": [1.0]})
    sample(tmp_path, 6, GOOD)
    (tmp_path / "INPUTS/npy/sample_7.npy").mkdir()
    found = list(read_dicts(tmp_path))
    assert [isinstance(entry, RawPath) for entry in found] == [1, 0, 0, 0, 0, 0, 1, 0]
    reasons = [getattr(entry, "reason", "") for entry in found]
    assert reasons[1:3] == ["the file holds no dict"] * 2
    assert "not a readable .npy file" in reasons[3]
    assert reasons[4] == "unsafe pickle: it names posix.system"
    assert "stress has 1 steps" in reasons[5]


def test_a_link_out_of_the_folder_is_refused_and_one_inside_is_read(tmp_path):
    outside = sample(tmp_path / "elsewhere", 0, GOOD)
    inside = sample(tmp_path / "case", 0, GOOD)
    inside.with_name("sample_1.npy").symlink_to(inside)
    inside.with_name("sample_2.npy").symlink_to(outside)
    (tmp_path / "link").symlink_to(tmp_path / "case")
    for root in (tmp_path / "case", tmp_path / "link"):
        first, second, third = read_dicts(root)
        assert isinstance(first, RawPath)
        assert isinstance(second, RawPath)
        assert "outside the case's folder" in third.reason


def test_missing_and_empty_folders_are_errors_that_name_the_layout(tmp_path):
    with pytest.raises(InputError, match=r"(?s)folder is missing.*nowhere.*sample_\*.npy.*layout"):
        list(read_dicts(tmp_path / "nowhere"))
    with pytest.raises(InputError, match=r"holds no INPUTS/npy/sample_\*.npy"):
        list(read_dicts(tmp_path))
