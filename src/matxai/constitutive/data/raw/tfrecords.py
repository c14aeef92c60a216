"""Raw layout "tfrecord": one tf.train.Example per path, in INPUTS/tfrecord/sample_*.tfrecord.

A feature is a list of floats or integers, or one bytes value (`encoding`). TensorFlow is imported where it
is used, so that importing this module does not need it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from matxai.constitutive.data.raw.encoding import decode, encode_buffer, encode_text
from matxai.constitutive.data.raw.paths import KEYS, RawPath, Refusal, check_path, refuse_outside
from matxai.constitutive.laws import Array
from matxai.constitutive.settings.layouts import needed_files

Encoding = Literal["float_list", "buffer", "text"]


@dataclass(frozen=True)
class Example:
    """A path to be written, with series and parameters as in `paths.RawPath`.

    Parameters are written as text and thus exactly, series in their ``encoding``, of which a float_list
    keeps seven digits (float32). ``names`` holds the key in the file for the series where it differs.
    """

    series: Mapping[str, Array]
    parameters: Mapping[str, float]
    encoding: Encoding
    names: Mapping[str, str] = field(default_factory=dict)


def write_tfrecord(path: Path, examples: Sequence[Example]) -> None:
    """Write the paths of one file."""
    import tensorflow as tf

    path.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for example in examples:
            features = {
                example.names.get(name, name): _feature(values, example.encoding)
                for name, values in example.series.items()
            }
            for name, value in example.parameters.items():
                features[name] = _feature(np.array([value]), "text")
            message = tf.train.Example(features=tf.train.Features(feature=features))
            writer.write(message.SerializeToString())


def _feature(values: Array, encoding: Encoding) -> Any:
    import tensorflow as tf

    if encoding == "float_list":
        return tf.train.Feature(float_list=tf.train.FloatList(value=values))
    value = encode_buffer(values) if encoding == "buffer" else encode_text(values)
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))


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
