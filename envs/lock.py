"""Write the hashed locks from the .in files, and the conda files from the locks: `make lock`.

torch.in + tools.in -> torch.lock, data.in -> data.lock, tensorflow.in -> tensorflow.lock, for every
platform and Python from 3.11 on. Versions stay as they are unless --upgrade is given. data.lock holds
packages whose files are read and whose code is not imported; it leaves out what they depend on, and
is installed into the torch environment.

For `snakemake --sdm conda`, torch.yaml and tensorflow.yaml hold the packages of the .in file at the
lock's versions; they come from PyPI because torchvision works with PyPI's own torch alone. Snakemake
runs torch.post-deploy.sh, which adds the packages of data.lock, after it has made torch.yaml's
environment: neither conda files nor requirements files can leave out dependencies.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ENVS = Path(__file__).resolve().parent
PYTHON = "3.11"
LOCKS = {
    "torch": ("torch.in", "tools.in"),
    "data": ("data.in", "--no-deps"),
    "tensorflow": ("tensorflow.in",),
}
# What the conda files are for; markers in the lock are judged by it.
_MARKERS = {
    "python_version": PYTHON,
    "python_full_version": f"{PYTHON}.0",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "sys_platform": "linux",
}


def requirements(path: Path) -> list[Requirement]:
    """Requirements of an .in or .lock file; hashes and comments are left out."""
    lines = (line.split("#")[0].strip(" \t\\") for line in path.read_text("utf-8").splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


def pinned(name: str) -> list[str]:
    """Packages of an .in file at the versions of its lock, such as ``numpy==2.4.6``.

    Raises:
        KeyError: A package of the .in file is not in the lock: run ``make lock``.
    """
    pins = {
        canonicalize_name(pin.name): str(pin.specifier)
        for pin in requirements(ENVS / f"{name}.lock")
        if pin.marker is None or pin.marker.evaluate(_MARKERS)
    }
    packages = requirements(ENVS / f"{name}.in")
    return [package.name + pins[canonicalize_name(package.name)] for package in packages]


def conda_yaml(name: str) -> str:
    """Text of the conda file of an environment."""
    lines = [
        f"# Made by `make lock` from {name}.in and {name}.lock; for `snakemake --sdm conda`.",
        "channels: [conda-forge, nodefaults]",
        "dependencies:",
        f"  - python={PYTHON}",
        "  - pip",
        "  - pip:",
        *(f"      - {package}" for package in pinned(name)),
    ]
    return "\n".join(lines) + "\n"


def post_deploy() -> str:
    """Text of the script that completes torch.yaml's environment."""
    lines = [
        "# Made by `make lock` from data.in and data.lock; Snakemake runs it after torch.yaml.",
        f"python -m pip install --no-deps {' '.join(pinned('data'))}",
    ]
    return "\n".join(lines) + "\n"


def lock(name: str, *, upgrade: bool) -> None:
    """Resolve .in files into their lock, with the uv of this environment."""
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.is_file() else shutil.which("uv")
    if uv is None:
        sys.exit("envs/lock.py: uv not found. Fix: run `make lock`, which sets it up first")
    options = [
        "--python-version",
        PYTHON,
        "--universal",
        "--generate-hashes",
        "--no-header",
        "--no-annotate",
        "--quiet",
    ]
    if upgrade:
        options.append("--upgrade")
    subprocess.run(
        [uv, "pip", "compile", *options, *LOCKS[name], "--output-file", f"{name}.lock"],
        cwd=ENVS,
        check=True,
    )


def main() -> None:
    """Write all locks and the conda files."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions")
    upgrade = parser.parse_args().upgrade
    for name in LOCKS:
        lock(name, upgrade=upgrade)
    for name in ("torch", "tensorflow"):
        (ENVS / f"{name}.yaml").write_text(conda_yaml(name), encoding="utf-8")
    (ENVS / "torch.post-deploy.sh").write_text(post_deploy(), encoding="utf-8")
    print("envs/: locks and conda files written")


if __name__ == "__main__":
    main()
