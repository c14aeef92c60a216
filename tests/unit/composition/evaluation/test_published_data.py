"""The data sets of the CrabNet papers, where they are at hand: every row is read, no part leaks."""

import pytest
from tests.project import SHARED

from matxai.composition.data.formulas import NUMBER_OF
from matxai.composition.data.preparation import prepare
from matxai.composition.data.sources import read_parts
from matxai.composition.settings.data import CompositionFolder, CompositionPreparation

DATA = SHARED / "composition"


@pytest.mark.skipif(not DATA.is_dir(), reason=f"no data in {DATA.name} beside the project")
@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("aflow__ael_bulk_modulus_vrh", 4896),
        ("aflow__agl_thermal_conductivity_300K", 4887),
        ("mp_elastic_anisotropy", 6331),
    ],
)
def test_every_row_is_read(name, rows):
    raw = read_parts({part: DATA / name / f"{part}.csv" for part in ("train", "val", "test")})
    dataset = CompositionFolder(source="folder", path=name)
    result = prepare(raw, dataset, CompositionPreparation(drop_unary=False), NUMBER_OF)
    assert len(raw) == rows
    assert not len(result.refused)
    assert len(result.compounds) == rows
    report = result.report.set_index(["part", "quantity"])["value"]
    assert report["test", "compositions also in train"] == 0
