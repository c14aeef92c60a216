"""What the modules of this folder share: each has its own `bench`."""

import pytest


@pytest.fixture(scope="module")
def folder(bench):
    """Where the files of the bench are."""
    return bench.folder
