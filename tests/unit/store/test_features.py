"""The feature store: only what is new is computed, whole or not at all, by one process or two."""

import multiprocessing
import os
import signal
import time
import zipfile

import numpy as np
import pytest
import zarr
from zarr.storage import ZipStore

from matxai.run.digests import digest
from matxai.run.errors import InputError
from matxai.store import FeatureStore

WORDS = {digest(word): word for word in ("tin", "zinc", "iron", "lead", "gold")}
KEYS = list(WORDS)


def features(words):
    """Length (items,) and letters (items, 3, 2) of words."""
    letters = [[[ord(letter), place] for place, letter in enumerate(word[:3])] for word in words]
    return {
        "length": np.array([len(word) for word in words]),
        "letters": np.array(letters, dtype=np.float32),
    }


def file_and_row(store, key):
    assert store.missing([key]) == []
    return store._places[key]


@pytest.fixture
def store(tmp_path):
    filled = FeatureStore(tmp_path / "features")
    assert filled.compute(WORDS, features, batch=2) == KEYS
    return filled


def test_arrays_are_stacked_in_the_order_of_the_keys(store):
    order = [KEYS[place] for place in (3, 0, 4, 0, 2)]
    expected = features([WORDS[key] for key in order])
    for reader in (store, FeatureStore(store.folder)):
        for name, array in expected.items():
            assert np.array_equal(reader.read(name, order), array)
            assert reader.read(name, order).dtype == array.dtype
        assert [len(block) for block in reader.blocks("letters", order, 2)] == [2, 2, 1]
        assert np.array_equal(
            np.concatenate(list(reader.blocks("letters", order, 2))), expected["letters"]
        )


def test_one_item_more_computes_one_item(store):
    seen = []

    def counted(words):
        seen.extend(words)
        return features(words)

    assert FeatureStore(store.folder).compute(WORDS, counted) == []
    more = {digest("silver"): "silver", **WORDS}
    assert store.missing(more) == [digest("silver")]
    assert store.compute(more, counted) == [digest("silver")]
    assert seen == ["silver"]
    assert store.read("length", list(more)).tolist() == [6, 3, 4, 4, 4, 4]


def test_an_interruption_loses_its_own_batch_alone(tmp_path):
    store = FeatureStore(tmp_path)

    def interrupted(words):
        if "iron" in words:
            raise KeyboardInterrupt
        return features(words)

    with pytest.raises(KeyboardInterrupt):
        store.compute(WORDS, interrupted, batch=2)
    again = FeatureStore(tmp_path)
    assert again.missing(KEYS) == KEYS[2:]
    assert again.compute(WORDS, features, batch=2) == KEYS[2:]
    assert np.array_equal(again.read("length", KEYS), features(WORDS.values())["length"])


def killed_while_writing(folder):
    """A process that dies after the first of two arrays."""
    real = zarr.Group.create_array

    def create_array(group, name, **arguments):
        if name == "letters":
            os.kill(os.getpid(), signal.SIGKILL)
        return real(group, name, **arguments)

    zarr.Group.create_array = create_array
    FeatureStore(folder).compute(WORDS, features)


def test_a_killed_process_leaves_nothing_that_is_read(tmp_path):
    process = multiprocessing.get_context("fork").Process(
        target=killed_while_writing, args=(tmp_path,)
    )
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    store = FeatureStore(tmp_path)
    assert store.missing(KEYS) == KEYS
    store.compute(WORDS, features)
    assert left.exists()  # it may be of a process that is still at work
    yesterday = time.time() - 25 * 3600
    os.utime(left, (yesterday, yesterday))
    assert FeatureStore(tmp_path).missing(KEYS) == []
    assert not left.exists()


def test_two_processes_may_compute_the_same_items(tmp_path):
    one, other = FeatureStore(tmp_path), FeatureStore(tmp_path)

    def meanwhile(words):
        other.compute(WORDS, features, batch=5)
        return features(words)

    assert one.compute(WORDS, meanwhile, batch=5) == KEYS
    assert len(list(tmp_path.iterdir())) == 1
    assert one.compute({key: WORDS[key] for key in KEYS[::-1]}, features) == []
    three = dict(list(WORDS.items())[:3])
    one._write(list(three), features(three.values()))  # the same keys in another batch
    for store in (one, other, FeatureStore(tmp_path)):
        assert np.array_equal(store.read("letters", KEYS), features(WORDS.values())["letters"])


def test_what_is_damaged_is_named_or_computed_again(store, capsys):
    path, _ = file_and_row(store, KEYS[0])
    whole = path.read_bytes()
    with zipfile.ZipFile(path) as file:
        entry = file.getinfo("letters/c/0/0/0")
    place = entry.header_offset + 30 + len(entry.filename) + entry.compress_size // 2
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    with pytest.raises(InputError, match="cannot be read") as caught:
        FeatureStore(store.folder).read("letters", KEYS)
    assert str(path) in str(caught.value)
    path.write_bytes(whole[: len(whole) // 2])
    again = FeatureStore(store.folder)
    assert again.compute(WORDS, features, batch=2) == KEYS[:2]
    assert "computed again" in capsys.readouterr().out
    assert path.read_bytes() == whole
    assert np.array_equal(again.read("letters", KEYS), features(WORDS.values())["letters"])


def test_what_cannot_be_read_is_refused(store):
    with pytest.raises(InputError, match="no such array") as caught:
        store.read("colour", KEYS)
    assert "length, letters" in str(caught.value)
    with pytest.raises(InputError, match="not in the feature store"):
        store.read("length", [*KEYS, digest("silver")])
    with pytest.raises(ValueError, match="no keys"):
        store.read("length", [])
    store.compute({"x": "x"}, lambda _: {"length": np.ones((1, 1), dtype=int)})
    with pytest.raises(ValueError, match="differs in shape"):
        store.read("length", [*KEYS, "x"])
    with pytest.raises(ValueError, match="2 entries for 1 items"):
        store.compute({"y": "y"}, lambda _: {"length": np.zeros(2)})
    assert store.missing(["y"]) == ["y"]


def test_any_zarr_reader_can_follow_the_layout(store):
    path, row = file_and_row(store, KEYS[3])
    root = zarr.open_group(ZipStore(path), mode="r", zarr_format=3)
    assert root.attrs["keys"] == KEYS[2:4]
    assert np.array_equal(root["letters"][row], features(["lead"])["letters"][0])


def test_large_arrays_have_chunks_of_few_items(tmp_path):
    store = FeatureStore(tmp_path)
    store.compute(WORDS, lambda words: {"map": np.ones((len(words), 500_000), dtype=np.float32)})
    (path,) = tmp_path.iterdir()
    assert zarr.open_group(ZipStore(path), mode="r")["map"].chunks == (2, 500_000)
