"""Data files of installed packages, which are read without importing the packages."""

from importlib.metadata import distribution
from pathlib import Path

from matxai.run.errors import InputError


def package_file(package: str, path: str) -> Path:
    """Locate a file of an installed package, or raise `InputError` if it has no such file."""
    located = Path(str(distribution(package).locate_file(path)))
    if not located.is_file():
        raise InputError(
            f"{package} {distribution(package).version} does not hold the file {path}",
            file=located,
            fix="install the locked version: make setup",
        )
    return located
