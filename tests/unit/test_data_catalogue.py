"""data/datasets.csv names every file that is read from an installed package, as it is."""

import csv

import pytest
from tests.project import REPOSITORY

from matxai.composition.data.packages import package_file
from matxai.composition.data.sources import _ARCHIVE
from matxai.composition.elements.vectors import _FILES
from matxai.run.digests import file_digest

CATALOGUE = REPOSITORY / "data/datasets.csv"
with CATALOGUE.open(newline="", encoding="utf-8") as _file:
    ROWS = list(csv.DictReader(_file))


def test_every_embedded_file_is_listed():
    listed = {(row["package"], row["file"]) for row in ROWS}
    assert listed == {_ARCHIVE, *_FILES.values()}


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_installed_file_is_the_listed_one(row):
    assert file_digest(package_file(row["package"], row["file"])) == row["sha256"]
    assert all(row.values())
