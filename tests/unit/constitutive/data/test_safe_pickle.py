"""Pickles from outside: data come back, code does not run."""

import copyreg
import functools
import os
import pickle
import struct
from collections import OrderedDict

import numpy as np
import pytest
from numpy.lib import format as npy

from matxai.constitutive.data.raw.safe_pickle import load_object
from matxai.run.errors import InputError

DATA = {
    "strain": np.linspace(0, 1, 5),
    "column": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "big": np.arange(3, dtype=">i4"),
    "small": np.array([1.5], dtype=np.float32),
    "empty": np.empty((0, 2)),
    "words": np.array(["ab", "c"]),
    "mixed": np.array([1, "a", None, {"deep": [1.0]}], dtype=object),
    "E": np.float64(2.5),
    "flag": np.bool_(True),
    "plain": [1, 2.5, "text", b"bytes", None, True, (1, {2, 3}), frozenset({4}), 1j],
}


def write(path, pickled):
    """A .npy file of an object array that holds this pickle."""
    with path.open("wb") as file:
        npy.write_array_header_1_0(file, {"descr": "|O", "fortran_order": False, "shape": ()})
        file.write(pickled)
    return path


def same(found, expected):
    assert type(found) is type(expected) or isinstance(found, np.ndarray)
    if isinstance(expected, np.ndarray):
        assert found.shape == expected.shape
        assert found.dtype.kind == expected.dtype.kind
        if not expected.dtype.hasobject:
            np.testing.assert_array_equal(found, expected)
            return
        found, expected = list(found), list(expected)
    if isinstance(expected, (list, tuple)):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            same(one, other)
    elif isinstance(expected, dict):
        assert list(found) == list(expected)
        for key, value in expected.items():
            same(found[key], value)
    else:
        assert found == expected


def test_numeric_array_comes_back_as_it_is(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(4.0).reshape(2, 2))
    found = load_object(tmp_path / "a.npy")
    assert type(found) is np.ndarray
    np.testing.assert_array_equal(found, [[0, 1], [2, 3]])


def test_dict_saved_by_numpy_comes_back(tmp_path):
    np.save(tmp_path / "a.npy", DATA)
    same(load_object(tmp_path / "a.npy").item(), DATA)


@pytest.mark.parametrize("protocol", [2, 3, 4])
@pytest.mark.parametrize("core", ["numpy._core", "numpy.core"])
def test_every_protocol_and_both_spellings_of_the_core_are_read(tmp_path, protocol, core):
    pickled = pickle.dumps(
        np.array({"a": np.arange(3.0), "b": np.float64(7)}, dtype=object), protocol
    )
    if protocol < 4:  # the longer name needs no length before it
        pickled = pickled.replace(b"numpy._core", core.encode())
    found = load_object(write(tmp_path / "a.npy", pickled)).item()
    np.testing.assert_array_equal(found["a"], [0, 1, 2])
    assert found["b"] == 7


class Call:
    """Pickles as a call of a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def mark(tmp_path):
    return f"touch {tmp_path / 'executed'}"


def python(tmp_path):
    return f"open({str(tmp_path / 'executed')!r}, 'w').close()"


CALLS = {
    "posix.system": lambda p: Call(os.system, mark(p)),
    "builtins.eval": lambda p: Call(eval, python(p)),
    "builtins.exec": lambda p: Call(exec, python(p)),
    "builtins.getattr": lambda _: Call(getattr, "text", "format"),
    "functools.partial": lambda p: Call(functools.partial, os.system, mark(p)),
    "copyreg.add_extension": lambda _: Call(copyreg.add_extension, "os", "system", 240),
    "collections.OrderedDict": lambda _: OrderedDict(a=1),
    "numpy.load": lambda _: Call(np.load, "x.npy", None, True),
    "numpy.memmap": lambda p: Call(np.memmap, str(p / "executed"), "u1", "w+", 0, (1,)),
    "numpy.rec": lambda _: np.rec.array([(1.0,)], dtype=[("a", "f8")]),
    "numpy.ma": lambda _: np.ma.masked_array([1.0], [True]),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    "nest",
    [
        lambda call: call,
        lambda call: {"strain": [0.0], "stress": call},
        lambda call: {"strain": np.array([call, 1], dtype=object)},
        lambda call: np.array([{"strain": [(0.0, call)]}], dtype=object),
    ],
    ids=["bare", "in a dict", "in an array in a dict", "in a dict in an array"],
)
def test_a_pickle_that_names_anything_else_is_refused_and_not_run(tmp_path, name, nest):
    pickled = pickle.dumps(nest(CALLS[name](tmp_path)), 4)
    path = write(tmp_path / "evil.npy", pickled)
    with pytest.raises(InputError, match=f"unsafe pickle: it names {name}") as caught:
        load_object(path)
    assert str(path) in str(caught.value)
    assert not (tmp_path / "executed").exists()


WRITTEN = {
    "numpy.testing": lambda p: (
        b"cnumpy.testing._private.utils\nrunstring\n(S'"
        + python(p).replace("'", '"').encode()
        + b"'\n}tR."
    ),
    "numpy.f2py": lambda _: b"cnumpy.f2py.diagnose\nrun\n(tR.",
    "copyreg": lambda _: b"ccopyreg\n_reconstructor\n.",
    "numpy._core.multiarray.fromfile": lambda _: b"cnumpy._core.multiarray\nfromfile\n.",
    "numpy.ndarray.tofile": lambda _: b"\x80\x04\x8c\x05numpy\x8c\x0endarray.tofile\x93.",
    "os.system": lambda p: b"(S'" + mark(p).encode() + b"'\nios\nsystem\n.",
    "EXT1": lambda _: b"\x80\x02\x82\xf0.",
    "a persistent id": lambda _: b"Pevil\n.",
    "a binary persistent id": lambda _: b"\x80\x02X\x04\x00\x00\x00evilQ.",
}


@pytest.mark.parametrize("name", WRITTEN)
def test_names_are_refused_by_whatever_opcode_they_come(tmp_path, name):
    path = write(tmp_path / "evil.npy", WRITTEN[name](tmp_path))
    known = "extension code|persistent" if name[0] in "Ea" else f"unsafe pickle: it names {name}"
    with pytest.raises(InputError, match=known):
        load_object(path)
    assert not (tmp_path / "executed").exists()


def test_the_exploits_would_run_elsewhere(tmp_path):
    write(tmp_path / "evil.npy", pickle.dumps(Call(exec, python(tmp_path)), 4))
    np.load(tmp_path / "evil.npy", allow_pickle=True)
    assert (tmp_path / "executed").exists()


def element(text, state=(3, "<", None, None, None, -1, -1, 0)):
    """Pickled element type, without protocol and stop."""
    return (
        b"cnumpy\ndtype\n(" + pickle.dumps(text, 2)[2:-1] + b"I00\nI01\ntR"
        + pickle.dumps(state, 2)[2:-1] + b"b"
    )  # fmt: skip


def array(element_type, shape, content):
    empty = b"cnumpy._core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntC\x01btR"
    dumped = pickle.dumps(shape, 3)[2:-1]
    return b"\x80\x03" + empty + b"(I1\n" + dumped + element_type + b"I00\n" + content + b"tb."


def held(content):
    return pickle.dumps(content, 3)[2:-1]


FORGED = {
    "objects from bytes": array(element("O8"), (1,), held(struct.pack("<Q", 0x4141))),
    "objects without their flags": array(
        element("O8", (3, "|", None, None, None, -1, -1, 0)), (1,), held(struct.pack("<Q", 1))
    ),
    "numbers from a list": array(element("f8"), (1,), held([b"x"])),
    "a list shorter than the shape": array(element("O8"), (4,), held([1])),
    "bytes shorter than the shape": array(element("f8"), (1000,), held(b"12345678")),
    "a negative shape": array(element("f8"), (-1, -1), held(b"12345678")),
    "a shape of other things": array(element("f8"), (1.0,), held(b"12345678")),
    "fields": array(
        element("f8", (3, "|", None, ("a",), {"a": 1}, 8, 1, 16)), (1,), held(b"12345678")
    ),
    "a record type": array(element("V8"), (1,), held(b"12345678")),
    "a type in words": array(element("O8,f8"), (1,), held(b"1234567812345678")),
    "a scalar object": b"\x80\x03cnumpy._core.multiarray\nscalar\n("
    + element("O8")
    + held(struct.pack("<Q", 0x4141))
    + b"tR.",
    "a call of ndarray": b"\x80\x03cnumpy\nndarray\n(I4\ntR.",
    "a new ndarray": b"\x80\x03cnumpy\nndarray\n(I4\nt\x81.",
    "attributes of a function": b"\x80\x03cnumpy._core.multiarray\nscalar\n}"
    + held("function")
    + held(1)
    + b"sb.",
    "slots of a function": b"\x80\x03cnumpy._core.multiarray\nscalar\nN}"
    + held("function")
    + held(1)
    + b"s\x86b.",
    "attributes of a type": b"\x80\x03cbuiltins\nset\nN}" + held("add") + held(1) + b"s\x86b.",
}


@pytest.mark.parametrize("name", FORGED)
def test_forged_arrays_and_types_are_refused(tmp_path, name):
    with pytest.raises(InputError, match=r"unsafe pickle|not a readable .npy"):
        load_object(write(tmp_path / "forged.npy", FORGED[name]))


def test_the_forgeries_are_well_formed_but_for_what_is_forged(tmp_path):
    good = array(element("f8"), (1,), held(struct.pack("<d", 2.5)))
    assert load_object(write(tmp_path / "good.npy", good)) == [2.5]
    objects = array(element("O8", (3, "|", None, None, None, -1, -1, 63)), (2,), held([1, "a"]))
    assert list(load_object(write(tmp_path / "good.npy", objects))) == [1, "a"]


@pytest.mark.parametrize("keep", [0, 4, 60, 200, -1])
def test_truncated_file_is_refused(tmp_path, keep):
    np.save(tmp_path / "a.npy", DATA)
    whole = (tmp_path / "a.npy").read_bytes()
    (tmp_path / "a.npy").write_bytes(whole[:keep])
    with pytest.raises(InputError, match="not a readable"):
        load_object(tmp_path / "a.npy")


@pytest.mark.parametrize("content", [b"PK\x03\x04 zip", b"text", pickle.dumps({"a": 1})])
def test_other_files_are_refused(tmp_path, content):
    (tmp_path / "a.npy").write_bytes(content)
    with pytest.raises(InputError, match="not a readable"):
        load_object(tmp_path / "a.npy")


def test_missing_file_and_truncated_numbers_are_refused(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(100.0))
    (tmp_path / "a.npy").write_bytes((tmp_path / "a.npy").read_bytes()[:-8])
    for name in ("a.npy", "absent.npy"):
        with pytest.raises(InputError, match="not a readable"):
            load_object(tmp_path / name)
