"""Reading pickled NumPy files from outside without running what is in them.

A pickle names functions and has them called. Only the names that a pickled array of numbers needs are known
here. None of them leads to NumPy's own constructors, because these trust the element type and the
lengths that they are told: a forged element type would turn bytes into pointers.
"""

import math
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from matxai.constitutive.data.raw.paths import Refusal, refuse_outside
from matxai.run.errors import InputError

_ELEMENT = re.compile(r"(O8|b1|[iu][1248]|f(2|4|8|16)|c(8|16|32)|[SU]\d{1,6})")
_FIX = "save plain arrays in it, or leave it out"


def load_object(path: str | Path) -> Any:
    """Load the array in a .npy file; objects may be numbers, text and builtin containers only.

    Raises:
        InputError: If the file is no .npy file, is truncated, or names anything else.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            version = np.lib.format.read_magic(file)
            header = np.lib.format.read_array_header_1_0
            if version != (1, 0):
                header = np.lib.format.read_array_header_2_0
            *_, dtype = header(file)
            if dtype.hasobject:
                return _Unpickler(file).load()
        return np.load(path, allow_pickle=False)
    except _RefusedNameError as error:
        problem, value = f"unsafe pickle: it names {error}", str(error)
        expected = "NumPy arrays, numbers, text, lists, tuples, sets and dicts"
        raise InputError(problem, file=path, value=value, expected=expected, fix=_FIX) from None
    except Exception as error:  # a broken pickle can raise anything
        problem = f"not a readable .npy file: {type(error).__name__}: {error}"
        expected = "a whole file written by numpy.save"
        raise InputError(problem, file=path, expected=expected, fix=_FIX) from error


def load_within(path: Path, root: str | Path) -> Any:
    """Load a file of a case as `load_object`, or return a `Refusal` if that is not possible."""
    try:
        return refuse_outside(path, root) or load_object(path)
    except InputError as error:
        file, expected = path.relative_to(root).as_posix(), str(error.details["expected"])
        return Refusal(file, None, error.problem, expected)


class _RefusedNameError(Exception):
    pass


class _Name(NamedTuple):
    """A replacement of a NumPy function; as a tuple, it has no attribute that a pickle could set."""

    function: Callable[..., object]

    def __call__(self, *arguments: object) -> object:
        return self.function(*arguments)


class _Element:
    """A replacement of an element type: a text such as "f8", then the byte order as its state."""

    __slots__ = ("dtype",)

    def __init__(self, text: str, *_align_and_copy: object) -> None:
        if not _ELEMENT.fullmatch(text):
            raise _RefusedNameError(f"the element type {text!r}")
        self.dtype = np.dtype(text)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        if state[2:5] != (None, None, None):
            raise _RefusedNameError("an element type with fields")
        self.dtype = self.dtype.newbyteorder(state[1])


class _Array(np.ndarray):
    """An array that takes its content only if type and lengths agree."""

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _version, shape, element, fortran, content = state
        dtype = element.dtype
        if type(shape) is not tuple or any(type(n) is not int or n < 0 for n in shape):
            raise ValueError(f"{shape!r} is no shape")
        size = math.prod(shape) * (1 if dtype.hasobject else dtype.itemsize)
        if type(content) is not (list if dtype.hasobject else bytes) or len(content) != size:
            raise ValueError(f"an array {shape} of {dtype} does not hold what it states")
        super().__setstate__((1, shape, dtype, fortran, content))


def _scalar(element: _Element, content: bytes) -> object:
    (value,) = np.frombuffer(content, element.dtype)  # which refuses a type of objects
    return value


_NAMES: dict[tuple[str, str], object] = {
    **{
        (f"numpy.{core}.multiarray", name): _Name(function)
        for core in ("_core", "core")
        for name, function in {"_reconstruct": lambda *_: _Array(0), "scalar": _scalar}.items()
    },
    ("numpy", "ndarray"): "numpy.ndarray",
    ("numpy", "dtype"): _Name(_Element),
    # Protocol 2, which NumPy wrote until 2018, spells bytes like this.
    ("_codecs", "encode"): _Name(lambda text, _encoding: text.encode("latin1")),
    **{
        (module, kind.__name__): kind
        for module in ("builtins", "__builtin__")
        for kind in (set, frozenset, complex)
    },
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> object:
        try:
            return _NAMES[module, name]
        except KeyError:
            raise _RefusedNameError(f"{module}.{name}") from None
