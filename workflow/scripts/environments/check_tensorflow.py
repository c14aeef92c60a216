"""Compute one gradient in the TensorFlow environment and list its versions."""

import _bootstrap  # noqa: F401
from matxai.run.tensorflow import enter_tensorflow

enter_tensorflow(snakemake, __file__)

import csv
import sys
from importlib.metadata import version
from pathlib import Path

from matxai.run.job import job

with job(snakemake) as run:
    import tensorflow as tf  # here, so that its notices go to the log

    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(x**3)
    gradient = tape.gradient(y, x).numpy().tolist()
    if gradient != [3.0, 12.0, 27.0]:
        raise ArithmeticError(f"the gradient of the sum of x^3 at (1, 2, 3) came out as {gradient}")
    if "torch" in sys.modules:
        raise RuntimeError("torch is imported in the TensorFlow environment: they cannot share one")
    with Path(run.output.table).open("w", newline="", encoding="utf-8") as target:
        table = csv.writer(target)
        table.writerow(["package", "version"])
        table.writerow(["python", sys.version.split()[0]])
        table.writerows([name, version(name)] for name in ("keras", "numpy", "tensorflow"))
