"""Series of numbers inside one bytes value: a raw float64 buffer, or text.

The two are told apart exactly. A value is text if it is UTF-8 without control characters other than tabs
and line ends; text that is not numbers is refused. Every other value is a buffer.

Only a buffer that happens to spell numbers could be mistaken. The last byte of such text is a blank (09,
0A, 0D, 20), a point (2E), a digit (30 to 39) or the last letter of nan, inf or infinity (46, 4E, 59, 66,
6E, 79). In a little-endian buffer, this byte holds the sign and the leading seven bits of the exponent of
the last value. Up to 39 they mean a magnitude below 2^-95 = 2.5e-29, from 46 on one above 2^97 = 1.6e29. A
series whose last value is zero or between these bounds, as that of a strain, stress or time is, can
therefore never be taken for text.
"""

import re

import numpy as np

from matxai.constitutive.laws import Array

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SEPARATOR = re.compile(r"[ \t\r\n]*,[ \t\r\n]*|[ \t\r\n]+")
_NUMBER = re.compile(
    r"[-+]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?|nan|inf(?:inity)?)", re.IGNORECASE
)


def decode(value: bytes) -> Array:
    """Return the numbers (n,) of a little-endian float64 buffer, or of text between blanks or commas.

    Raises:
        ValueError: If the value is empty, is text but not numbers, or is no whole number of float64.
    """
    if not value:
        raise ValueError("the value is empty")
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = None
    if text is None or _CONTROL.search(text):
        if len(value) % 8:
            raise ValueError(f"{len(value)} bytes are neither text nor a whole number of float64")
        return np.frombuffer(value, dtype="<f8").astype(np.float64)
    tokens = _SEPARATOR.split(text.strip(" \t\r\n"))
    for token in tokens:
        if not _NUMBER.fullmatch(token):
            raise ValueError(f"the text holds {token[:20]!r}, which is no number")
    return np.array([float(token) for token in tokens])


def encode_buffer(values: Array) -> bytes:
    """Write the values as a little-endian float64 buffer."""
    return np.asarray(values, dtype="<f8").tobytes()


def encode_text(values: Array, separator: str = " ") -> bytes:
    """Write the values as text from which `decode` restores the same bits."""
    return separator.join(repr(float(value)) for value in np.ravel(values)).encode()
