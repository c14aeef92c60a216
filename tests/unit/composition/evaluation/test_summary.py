"""The summary over data sets: spread by hand, published values only beside the data they are of."""

import numpy as np
import pandas as pd
import pytest
from tests.project import SHARED

from matxai.composition.data.formulas import NUMBER_OF
from matxai.composition.data.preparation import prepare
from matxai.composition.data.sources import read_parts
from matxai.composition.evaluation import summary
from matxai.composition.evaluation.accuracy import ACCURACY_COLUMNS, DIFFERENCE
from matxai.composition.evaluation.summary import (
    COLUMNS,
    Published,
    data_digest,
    published,
    summary_table,
)
from matxai.composition.figures.evaluation import summary_figure
from matxai.composition.settings.data import CompositionFolder, CompositionPreparation
from matxai.composition.settings.tasks import CONSTANT

DATA = SHARED / "composition"
GPA = {"task": "regression", "label": "Bulk modulus", "unit": "GPa", "transform": "none"}
CLASS = {"task": "classification", "label": "metal", "unit": "", "transform": "none"}
COMPOUNDS = pd.DataFrame(
    {
        "part": ["train", "train", "val", "test"],
        "formula": ["FeO", "NaCl", "LiF", "MgO"],
        "target": [1.0, 2.0, 3.0, 0.1],
    }
)


def accuracy(metric, values):
    """{model: value of each seed}; the intervals reach 1 below and 2 above."""
    rows = [
        (
            model,
            -1 if model in CONSTANT.values() else seed,
            name,
            v,
            v - 1,
            v + 2,
            "forest",
            v / 4,
            -1,
            3,
        )
        for model, each in values.items()
        for seed, value in enumerate(each)
        for name, v in ((metric, value), ("other", 10 * value))
    ]
    return pd.DataFrame(rows, columns=list(ACCURACY_COLUMNS))


BULK = accuracy("mae", {"crabnet": [8.0, 9.0, 10.0], "mean": [50.0], "random forest": [12.0, 13.0]})
METAL = accuracy("roc_auc", {"crabnet": [0.9], "share of class 1": [0.5]})


@pytest.fixture
def table(monkeypatch):
    known = Published(
        "bulk", data_digest(COMPOUNDS), "mae", "Paper 2021", {"roost": 8.5, "crabnet": 8.69}
    )
    monkeypatch.setattr(summary, "published", lambda: {known.data_sha256: known})
    other = COMPOUNDS.assign(target=[1.0, 2.0, 3.0, 0.2])
    return summary_table(
        {"bulk": BULK, "same name": BULK, "metal": METAL},
        {"bulk": COMPOUNDS, "same name": other, "metal": other},
        {"bulk": GPA, "same name": GPA, "metal": CLASS},
    )


def test_mean_spread_and_interval_by_hand(table):
    assert list(table.columns) == list(COLUMNS)
    rows = table[table["dataset"] == "bulk"].set_index("model")
    crabnet = rows.loc["crabnet"]
    assert (crabnet["mean"], crabnet["seed_sd"], crabnet["seeds"]) == (9, 1, 3)
    assert (crabnet["test_ci_low"], crabnet["test_ci_high"]) == (8, 11)
    assert tuple(crabnet[["reference", *DIFFERENCE]]) == ("forest", 9 / 4, -1, 3)
    assert crabnet["relative_mae"] == pytest.approx(9 / 50)
    assert crabnet["unit"] == "GPa"
    assert rows.loc["random forest", "seed_sd"] == pytest.approx(np.sqrt(0.5))
    assert np.isnan(rows.loc["mean", "seed_sd"])
    assert rows["seeds"].to_dict() == {"crabnet": 3, "mean": 0, "random forest": 2, "roost": 0}


def test_published_values_stand_beside_their_data_alone(table):
    rows = table[table["dataset"] == "bulk"].set_index("model")
    assert rows.loc["crabnet", "published"] == 8.69
    assert rows.loc["crabnet", "minus_published"] == pytest.approx(0.31)
    assert rows.loc["crabnet", "minus_published_in_seed_sd"] == pytest.approx(0.31)
    assert rows.loc["crabnet", "source"] == "Paper 2021"
    assert rows.loc["roost", "published"] == 8.5
    assert np.isnan(rows.loc["roost", "mean"])
    assert np.isnan(rows.loc["random forest", "published"])
    other = table[table["dataset"] == "same name"]
    assert other["published"].isna().all()
    assert "roost" not in set(other["model"])


def test_classes_have_their_own_metric(table):
    rows = table[table["dataset"] == "metal"].set_index("model")
    assert set(rows["metric"]) == {"roc_auc"}
    assert rows.loc["crabnet", "mean"] == 0.9
    assert rows["relative_mae"].isna().all()
    assert rows["seeds"].to_dict() == {"crabnet": 1, "share of class 1": 0}


def test_a_logarithm_is_another_target():
    table = summary_table({"a": BULK}, {"a": COMPOUNDS}, {"a": GPA | {"transform": "log10"}})
    assert set(table["unit"]) == {"decades"}
    assert table["published"].isna().all()


@pytest.mark.parametrize("change", ["part", "formula", "target", "left out"])
def test_the_digest_sees_every_change_of_the_data(change):
    if change == "left out":
        other = COMPOUNDS.iloc[1:]
    else:
        value = {"part": "test", "formula": "Fe2O3", "target": 1 + 1e-12}[change]
        other = COMPOUNDS.copy()
        other.loc[0, change] = value
    assert data_digest(other) != data_digest(COMPOUNDS)
    assert data_digest(COMPOUNDS.sample(frac=1, random_state=1)) == data_digest(COMPOUNDS)


def test_published_values_are_those_of_the_paper():
    by_name = {entry.name: entry for entry in published().values()}
    assert len(by_name) == 7
    assert by_name["aflow__Egap"].models["roost"] == 0.337
    assert by_name["aflow__agl_thermal_expansion_300K"].models["crabnet"] == pytest.approx(3.847e-6)
    for entry in by_name.values():
        assert set(entry.models) == {"crabnet", "hotcrab", "roost", "random forest"}
        assert entry.metric == "mae"
        assert "7:77" in entry.source


@pytest.mark.skipif(not DATA.is_dir(), reason=f"no data in {DATA.name} beside the project")
def test_the_published_data_are_recognised():
    name = "aflow__ael_bulk_modulus_vrh"
    raw = read_parts({part: DATA / name / f"{part}.csv" for part in ("train", "val", "test")})
    found = prepare(
        raw, CompositionFolder(source="folder", path="x"), CompositionPreparation(), NUMBER_OF
    ).compounds
    assert published()[data_digest(found)].name == name


def test_the_figure_shows_every_number_in_its_panel(table):
    numbers, classes = summary_figure(table).axes
    bulk = table[(table["dataset"] == "bulk")].reset_index()
    marks = {line.get_gid(): line for line in numbers.lines if line.get_gid()}
    for row, found in bulk.iterrows():
        for kind in ("mean", "published"):
            if np.isfinite(found[kind]):
                expected = (found[kind] / 50, row)
                assert marks[f"{kind}-{row}"].get_xydata()[0] == pytest.approx(expected)
            else:
                assert f"{kind}-{row}" not in marks
    texts = {text.get_gid(): text.get_text() for text in numbers.texts}
    assert texts["numbers-0"] == "9 ± 1 GPa, published 8.69"
    assert texts["numbers-3"] == "published 8.5"
    assert {"dataset-bulk", "dataset-same name"} <= set(texts)
    marks = {line.get_gid(): line for line in classes.lines if line.get_gid()}
    assert marks["mean-0"].get_xydata()[0] == pytest.approx((0.1, 0))
    written = {text.get_gid(): text.get_text() for text in classes.texts}
    assert written["numbers-0"] == "AUC 0.9"
    assert [axes.get_xlim()[0] for axes in (numbers, classes)] == [0, 0]
    only = summary_figure(table[table["task"] == "regression"])
    assert len(only.axes) == 1
    assert "no data set" in summary_figure(table.iloc[:0]).texts[0].get_text()
