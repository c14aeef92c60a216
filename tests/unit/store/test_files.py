"""Files and Zarr groups that appear whole or not at all."""

import numpy as np
import pytest
import zarr
from zarr.storage import ZipStore

from matxai.store import packed_group, whole_file


def test_a_file_appears_when_its_block_ends(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with whole_file(path) as partial:
        partial.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    with pytest.raises(TypeError), whole_file(path) as partial:
        partial.write_text("ha") + "lf"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_equal_groups_are_equal_files(tmp_path):
    array = np.arange(6.0).reshape(2, 3)
    paths = [tmp_path / "a.zarr.zip", tmp_path / "b.zarr.zip"]
    for path, names in zip(paths, (["x", "y"], ["y", "x"]), strict=True):
        with packed_group(path, {"unit": "GPa"}) as group:
            for name in names:
                group.create_array(f"inner/{name}", data=array)
        assert not list(tmp_path.glob(".*"))
    root = zarr.open_group(ZipStore(paths[1]), mode="r", zarr_format=3)
    assert root.attrs["unit"] == "GPa"
    assert np.array_equal(root["inner/x"][:], array)
    assert paths[0].read_bytes() == paths[1].read_bytes()
