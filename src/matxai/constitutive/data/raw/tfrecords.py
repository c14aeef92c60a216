"""Raw layout "tfrecord": one tf.train.Example per path, in INPUTS/tfrecord/sample_*.tfrecord.

A feature is a list of floats or integers, or one bytes value: a raw float64 buffer, or text. TensorFlow is
imported where it is used, so that importing this module does not need it.

Buffer and text are told apart exactly. A value is text if it is UTF-8 without control characters other
than tabs and line ends; text that is not numbers is refused. Every other value is a buffer.

Only a buffer that happens to spell numbers could be mistaken. The last byte of such text is a blank (09,
0A, 0D, 20), a point (2E), a digit (30 to 39) or the last letter of nan, inf or infinity (46, 4E, 59, 66,
6E, 79). In a little-endian buffer, this byte holds the sign and the leading seven bits of the exponent of
the last value. Up to 39 they mean a magnitude below 2^-95 = 2.5e-29, from 46 on one above 2^97 = 1.6e29. A
series whose last value is zero or between these bounds, as that of a strain, stress or time is, can
therefore never be taken for text.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from matxai.constitutive.data.raw.paths import KEYS, RawPath, Refusal, check_path, refuse_outside
from matxai.constitutive.laws import Array
from matxai.constitutive.settings.layouts import needed_files

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SEPARATOR = re.compile(r"[ \t\r\n]*,[ \t\r\n]*|[ \t\r\n]+")
_NUMBER = re.compile(
    r"[-+]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?|nan|inf(?:inity)?)", re.IGNORECASE
)


def write_tfrecord(path: Path, *examples: Mapping[str, bytes | Array]) -> None:
    """Write one path per example: bytes as they are, numbers (n,) with seven digits (float32)."""
    import tensorflow as tf

    def feature(value: bytes | Array) -> Any:
        if isinstance(value, bytes):
            return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))
        return tf.train.Feature(float_list=tf.train.FloatList(value=value))

    path.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for example in examples:
            features = {key: feature(value) for key, value in example.items()}
            message = tf.train.Example(features=tf.train.Features(feature=features))
            writer.write(message.SerializeToString(deterministic=True))


def read_tfrecords(root: str | Path) -> Iterator[RawPath | Refusal]:
    """Yield the paths of a case in order of their files' names.

    A file that is truncated or corrupt is refused as a whole, because what it lost cannot be known.

    Raises:
        InputError: If the folder is missing or holds no such file.
    """
    import tensorflow as tf

    # tf.data would build a pipeline for every file, which takes a thousand times as long as reading.
    records_of = tf.compat.v1.io.tf_record_iterator
    for path in needed_files("tfrecord", root):
        file = path.relative_to(root).as_posix()
        if refusal := refuse_outside(path, root):
            yield refusal
            continue
        try:
            records = list(records_of(str(path)))
        except tf.errors.OpError as error:
            reason = f"not a readable TFRecord file: {error.message.splitlines()[0]}"
            yield Refusal(file, None, reason, "a whole TFRecord file, without compression")
            continue
        if not records:
            yield Refusal(file, None, "the file holds no record", "one tf.train.Example a path")
        for number, record in enumerate(records):
            yield _path(file, number, record)


def _path(file: str, number: int, record: bytes) -> RawPath | Refusal:
    import google.protobuf.message as protobuf  # type: ignore[import-untyped,import-not-found]
    import tensorflow as tf

    try:
        features = tf.train.Example.FromString(record).features.feature
    except protobuf.DecodeError:
        return Refusal(file, number, "the record is no tf.train.Example", "tf.train.Example")
    values: dict[str, object] = {}
    for key in KEYS.intersection(features):
        try:
            values[key] = _values(features[key])
        except ValueError as error:
            expected = "a float_list, an int64_list, or one bytes value: float64 buffer or text"
            return Refusal(file, number, f"{key}: {error}", expected)
    return check_path(file, number, values)


def _values(feature: Any) -> Array:
    kind = feature.WhichOneof("kind")
    if kind is None:
        raise ValueError("the feature is empty")
    values = getattr(feature, kind).value
    if kind != "bytes_list":
        return np.array(values, dtype=np.float64)
    if len(values) != 1:
        raise ValueError(f"{len(values)} bytes values")
    return decode(values[0])


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
