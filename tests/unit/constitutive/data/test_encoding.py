"""Bytes that hold numbers: buffer and text are told apart, and neither is taken for the other."""

import struct

import numpy as np
import pytest

from matxai.constitutive.data.raw.tfrecords import decode, encode_buffer, encode_text

SERIES = [
    [0.0],
    [0.0, 0.001, -0.5],
    [1.0, 2.0],
    [-1e-30, 250e6, 7.5e-4, np.pi],
    [0.1, 0.3, 1 / 3, 2.5e29, -2.6e-29],
    [np.nan, np.inf, -np.inf, 5e-324, 1.7976931348623157e308, 1.0],
]


@pytest.mark.parametrize("values", SERIES)
def test_values_come_back_to_the_bit(values):
    for encoded in (
        encode_buffer(values),
        *(encode_text(values, s) for s in (" ", ",", ", ", "\n")),
    ):
        np.testing.assert_array_equal(decode(encoded), values)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (b"12345678", [12345678]),
        (b"1.0 2.0 3.0 4.0 ", [1, 2, 3, 4]),
        (b" 1,\t-2.e3\r\n+.5 , 4E-1\n", [1, -2000, 0.5, 0.4]),
        (b"nan,inf,-Infinity,NaN,", None),
        (b"NaN,-Infinity,1.", [np.nan, -np.inf, 1]),
    ],
)
def test_text_is_text_also_where_its_length_is_that_of_a_buffer(text, values):
    if values is None:  # a comma without a number after it may hide a lost value
        with pytest.raises(ValueError, match="''"):
            decode(text)
    else:
        np.testing.assert_array_equal(decode(text), values)


@pytest.mark.parametrize(
    "value",
    [
        *(
            b"1.0;2.0;",
            b"[1. 2.3]",
            b"1.0 abc ",
            b"1_0 2_0 ",
            b"1,,2,3,4",
            b"1.0 1e 2",
            b"        ",
        ),
        *(text.encode() for text in ("−1.0 2", "٣٣٣٣", "\ufeff1 2 3")),
    ],
)
def test_other_text_is_refused_rather_than_read_as_a_buffer(value):
    with pytest.raises(ValueError, match="no number"):
        decode(value)


def test_neither_is_refused():
    with pytest.raises(ValueError, match="empty"):
        decode(b"")
    with pytest.raises(ValueError, match="7 bytes"):
        decode(encode_buffer([1.5])[:7])


def is_number_text(value: bytes) -> bool:
    """Nine bytes are no buffer, so what is decoded was text."""
    try:
        return decode(value.rjust(9)).size > 0
    except ValueError:
        return False


def test_the_last_bytes_of_number_texts_lie_outside_ordinary_magnitudes():
    stems = [b"", b"1", b"1.e", b"1e+", b"na", b"Na", b"in", b"INFINIT", b"1,1", b"+1.", b"1 "]
    ends = {byte for stem in stems for byte in range(256) if is_number_text(stem + bytes([byte]))}
    written = {*b"\t\n\r .0123456789fnyFNY"}
    assert ends == written
    for last in ends:
        for before in range(256):
            low, high = (
                struct.unpack("<d", bytes([rest] * 6 + [before, last]))[0] for rest in (0, 255)
            )
            assert high < 2.6e-29 or low > 1.5e29
            assert low > 0


def is_printable(value: bytes) -> bool:
    return all(0x20 <= byte < 0x7F for byte in value)


def test_buffers_of_ordinary_series_are_never_text():
    rng = np.random.default_rng(0)
    for _ in range(300):
        # Bytes as of text wherever ordinary magnitudes leave a choice: the worst case there is.
        head = rng.choice(list(b"0123456789 .,e-"), (4, 6)).astype(np.uint8)
        tail = np.array(
            [[rng.choice([0xF1, 0x24]), 0x3F], [0x39, 0x40], [0x50, 0x41], [0x30, 0x3F]]
        )
        raw = np.hstack([head, tail.astype(np.uint8)]).tobytes()
        values = np.frombuffer(raw, "<f8")
        assert (np.abs(values) > 1e-6).all()
        if is_printable(raw):  # refused, but not misread
            with pytest.raises(ValueError, match="no number"):
                decode(raw)
        else:
            np.testing.assert_array_equal(decode(raw), values)


def test_an_ambiguous_buffer_ends_in_an_absurd_value():
    raw = b"1.0 2.0 3.5 4.25"
    np.testing.assert_array_equal(decode(raw), [1, 2, 3.5, 4.25])
    assert 0 < np.frombuffer(raw, "<f8")[-1] < 2.6e-29
