"""The way of a script into the TensorFlow environment.

A process that imports both TensorFlow and PyTorch aborts, so TensorFlow has an environment of its own.
Snakemake starts a script with the PyTorch environment's Python; its first lines start it again with the
other one.
"""

import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from matxai.run.errors import InputError
from matxai.run.snakemake_object import SnakemakeObject

REPOSITORY = Path(__file__).resolve().parents[3]
OVERRIDE = "MATXAI_TENSORFLOW_PYTHON"
MARK = "MATXAI_ENTERED_TENSORFLOW"
# Not `-m`: the module would exist twice, as __main__ and by its name.
START = "from matxai.run.snakemake_object import main; main()"


def tensorflow_python() -> Path:
    """Say where the Python of the TensorFlow environment should be (it need not exist)."""
    default = REPOSITORY / ".venv-tensorflow/bin/python"
    # absolute(), not resolve(): a resolved venv Python is the base Python, without the packages.
    return Path(os.environ.get(OVERRIDE) or default).absolute()


def enter_tensorflow(snakemake: Any, script: str) -> None:
    """Do nothing where TensorFlow can be imported; elsewhere run the script where it can, and exit.

    The process is replaced (`exec`), so that the exit code, signals, resource limits and Snakemake's
    benchmark all see the script itself. Under `--sdm conda`, TensorFlow is importable at once.
    TensorFlow prints notices while it is imported: import it inside `job`, which logs them.

    With a `SnakemakeObject` (in a test) a child process runs the script, its `__file__`, instead.

    Raises:
        SystemExit: With the child's exit code, or with a message where the environment is missing.
    """
    if find_spec("tensorflow") is not None:
        return
    python = tensorflow_python()
    if MARK in os.environ or not os.access(python, os.X_OK):
        error = InputError(
            f"Rule {snakemake.rule} needs the TensorFlow environment",
            value=str(python),
            expected="a Python that can import tensorflow",
            fix=f"run `make`, or set {OVERRIDE} to such a Python, or use `--sdm conda`",
        )
        for log in snakemake.log[:1]:
            Path(log).parent.mkdir(parents=True, exist_ok=True)
            Path(log).write_text(f"{error}\n", encoding="utf-8")
        raise SystemExit(str(error))
    with tempfile.TemporaryFile("w+", encoding="utf-8") as parameters:
        parameters.write(SnakemakeObject.copy_of(snakemake).to_json())
        parameters.seek(0)
        descriptor = parameters.fileno()
        # -P: neither the working directory nor a script's folder shadows a library.
        command = [str(python), "-P", "-c", START, str(script), str(descriptor)]
        threads = str(snakemake.threads)
        environment = {
            "TF_CPP_MIN_LOG_LEVEL": "3",  # fatal errors only: it calls a machine without GPU an error
            **{k: v for k, v in os.environ.items() if k not in {"PYTHONHOME", "VIRTUAL_ENV"}},
            # The only entry, so that no package of the first environment is visible in the second.
            "PYTHONPATH": str(REPOSITORY / "src"),
            # TensorFlow reads these once, at its import, before any code of ours could set them.
            "TF_NUM_INTRAOP_THREADS": threads,
            "TF_NUM_INTEROP_THREADS": threads,
            "KERAS_BACKEND": "tensorflow",
            MARK: "1",
        }
        if isinstance(snakemake, SnakemakeObject):
            child = subprocess.run(command, env=environment, pass_fds=[descriptor], check=False)
            raise SystemExit(child.returncode)
        os.set_inheritable(descriptor, True)
        sys.stdout.flush()
        sys.stderr.flush()
        os.execve(python, command, environment)  # noqa: S606 - no shell is wanted
