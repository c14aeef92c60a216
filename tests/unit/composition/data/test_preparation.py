"""The prepared table of rows by hand: refusals, splits, leakage, report; pymatgen's reduced formulas."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests import compositions

from matxai.composition.data.formulas import NUMBER_OF, parse_formula, reduced_formula
from matxai.composition.data.preparation import prepare
from matxai.composition.data.sources import read_parts, read_transport
from matxai.composition.settings.data import CompositionFolder, CompositionPreparation, Transport
from matxai.run.errors import InputError

GOOD = "formula,target\nFe2O3,1\nNaN,2\nSr(AlH)2,3.5\nLiFePO4,-4e-1\n"


def folder(tmp_path, train=GOOD, val=GOOD, test=GOOD):
    for part, text in {"train": train, "val": val, "test": test}.items():
        if text is not None:
            (tmp_path / f"{part}.csv").write_text(text)
    return {part: tmp_path / f"{part}.csv" for part in ("train", "val", "test")}


def prepared(files, *, known=NUMBER_OF, transform="none", **settings):
    dataset = CompositionFolder(source="folder", path="x", transform=transform)
    return prepare(read_parts(files), dataset, CompositionPreparation(**settings), known)


def value(report, part, quantity):
    row = report[(report["part"] == part) & (report["quantity"] == quantity)]
    return row["value"].item()


def test_sodium_nitride_is_not_a_missing_value(tmp_path):
    table = prepared(folder(tmp_path)).compounds
    row = table[table["formula"] == "NaN"].iloc[0]
    assert (list(row.numbers), list(row.amounts), row.target) == ([11, 7], [1, 1], 2)


def test_planted_tables_are_those_of_preparation(tmp_path):
    """The tables that other tests make without it."""
    formulas = ["Fe2O3", "NaN", "Sr(AlH)2", "LiFePO4"]
    expected = prepared(folder(tmp_path)).compounds
    planted = [compositions.prepared(formulas, [1, 2, 3.5, -0.4], p) for p in expected["part"][::4]]
    pd.testing.assert_frame_equal(pd.concat(planted, ignore_index=True), expected)


def test_every_kind_of_bad_row_is_refused_with_file_line_and_reason(tmp_path):
    bad = ["D2O,1", "X2O,1", "Fe(2,1", ",1", "Fe0O,1", "FeO,abc", "FeO,", "FeO,inf", "FeO,nan"]
    result = prepared(folder(tmp_path, test=GOOD + "\n".join(bad) + "\n"))
    refused = result.refused
    assert len(refused) == len(bad)
    assert set(refused["file"]) == {"test.csv"}
    assert list(refused["line"]) == list(range(6, 6 + len(bad)))
    reasons = " | ".join(refused["reason"])
    for text in ("'D'", "'X'", "bracket", "empty formula", "is zero", "'abc' is not a number"):
        assert text in reasons
    assert (refused["expected"] != "").all()
    assert value(result.report, "all", "rows refused") == len(bad)
    assert (result.compounds["part"] == "test").sum() == 4


def test_strict_stops_with_the_first_refused_row(tmp_path):
    files = folder(tmp_path, val=GOOD + "Fe(2,1\n")
    with pytest.raises(InputError, match="1 rows are refused") as caught:
        prepared(files, strict=True)
    text = str(caught.value)
    assert "val.csv" in text
    assert "line 6" in text
    assert "Fe(2,1" in text
    assert "strict: false" in text


def test_element_that_the_table_lacks_is_refused(tmp_path):
    known = [symbol for symbol in NUMBER_OF if symbol != "Sr"]
    refused = prepared(folder(tmp_path), known=known).refused
    assert set(refused["formula"]) == {"Sr(AlH)2"}
    assert "the element table has no Sr" in refused["reason"].iloc[0]


def test_logarithm_refuses_what_has_none(tmp_path):
    result = prepared(folder(tmp_path), transform="log10")
    assert set(result.refused["formula"]) == {"LiFePO4"}
    table = result.compounds
    assert table.loc[table["formula"] == "Sr(AlH)2", "target"].iloc[0] == pytest.approx(
        np.log10(3.5)
    )
    magnitudes = prepared(folder(tmp_path), transform="log10_abs").compounds
    found = magnitudes.loc[magnitudes["formula"] == "LiFePO4", "target"].iloc[0]
    assert found == pytest.approx(np.log10(0.4))


def test_single_elements_leave_training_only_and_are_counted(tmp_path):
    rows = GOOD + "Fe,5\n"
    result = prepared(folder(tmp_path, train=rows, val=rows, test=rows))
    kept = result.compounds[result.compounds["formula"] == "Fe"]
    assert set(kept["part"]) == {"val", "test"}
    assert value(result.report, "train", "single-element rows left out") == 1
    whole = prepared(folder(tmp_path, train=rows, val=rows, test=rows), drop_unary=False)
    assert (whole.compounds["formula"] == "Fe").sum() == 3


def test_report_counts_duplicates_spread_and_leakage(tmp_path):
    files = folder(
        tmp_path, train=GOOD + "Fe4O6,7\n", test="formula,target\nO3Fe2,1\nMgO,2\nCaO,3\n"
    )
    report = prepared(files).report
    assert value(report, "train", "compositions with several rows") == 1
    assert value(report, "train", "largest target range among them") == 6
    assert value(report, "test", "compositions also in train") == 1
    assert value(report, "val", "compositions also in train") == 4
    assert value(report, "train", "target maximum") == 7


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"val": None}, "the val part is missing"),
        ({"train": "composition,target\nFeO,1\n"}, "no column formula"),
        ({"test": ""}, "no column formula and no column target"),
        ({"test": "formula,target\nFeO,1\n"}, "the test part keeps 1 rows"),
        ({"val": "formula,target\n"}, "the val part holds no rows"),
        ({"val": "formula,target,target\nFeO,1,2\n"}, "2 columns target"),
    ],
)
def test_unusable_files_are_one_clear_error(tmp_path, parts, message):
    with pytest.raises(InputError, match=message):
        prepared(folder(tmp_path, **parts))


def test_not_utf8_is_one_clear_error(tmp_path):
    files = folder(tmp_path)
    Path(files["train"]).write_bytes("formula,target\nFeO,1 µ\n".encode("latin-1"))
    with pytest.raises(InputError, match="not UTF-8"):
        prepared(files)


def test_quoted_cells_and_extra_columns_are_read(tmp_path):
    text = 'id,formula,target\n1,"Fe2O3",1\n2,NaN,2\n'
    assert set(prepared(folder(tmp_path, train=text)).compounds["formula"]) >= {"Fe2O3", "NaN"}


# --- the embedded data


def transport(**changes):
    return Transport(source="transport", **changes)


@pytest.fixture(scope="module")
def raw():
    return read_transport(transport(target="PF_n"))


def test_embedded_data_are_whole(raw):
    assert len(raw) == 47_737
    # Sodium nitrides and the like must have survived as text.
    assert raw["formula"].str.len().min() > 0


def test_units_of_the_embedded_data(raw):
    """S^2 sigma in uW/(m K^2): the units that the documentation states, checked on the numbers."""
    tables = {name: read_transport(transport(target=name)) for name in ("S_n", "sigma_n")}
    seebeck, sigma = (pd.to_numeric(tables[name]["target"]) for name in ("S_n", "sigma_n"))
    ratio = (seebeck * 1e-6) ** 2 * sigma * 1e6 / pd.to_numeric(raw["target"])
    assert ratio.median() == pytest.approx(1, abs=0.01)


def test_metals_are_known_metals(raw):
    metal = raw.groupby("formula")["metal"].all()
    assert metal[["Cu", "Al", "Nb4CoSi", "Hf"]].all()
    assert not metal[["NaCl", "BaTe", "MgO"]].any()


def test_split_shares_no_composition_and_honours_sizes(raw):
    settings = transport(target="PF_n", transform="log10", subset=400, metals="drop")
    few = raw.sample(3000, random_state=0)
    result = prepare(few, settings, CompositionPreparation(), NUMBER_OF)
    table = result.compounds
    assert table["reduced"].nunique() == 400 - value_dropped(result.report)
    owners = table.groupby("reduced")["part"].nunique()
    assert (owners == 1).all()
    shares = table.drop_duplicates("reduced")["part"].value_counts(normalize=True)
    assert shares["train"] == pytest.approx(0.7, abs=0.03)
    assert not table["metal"].any()
    for part in ("val", "test"):
        assert value(result.report, part, "compositions also in train") == 0


def test_the_test_part_is_filled_up_and_nothing_else_changes(raw):
    few = raw.sample(1500, random_state=0)

    def of(test):
        settings = transport(target="PF_n", metals="keep", subset=200, test=test)
        return prepare(few, settings, CompositionPreparation(), NUMBER_OF)

    small, large = of(None).compounds, of(500).compounds
    for part in ("train", "val"):
        old, new = (table[table["part"] == part].reset_index(drop=True) for table in (small, large))
        assert old.equals(new)
    old, new = (set(table.loc[table["part"] == "test", "reduced"]) for table in (small, large))
    assert len(old) == 30
    assert len(new) == 500
    assert old < new
    assert value(of(500).report, "test", "compositions also in train") == 0
    assert of(10_000).compounds["reduced"].nunique() > 1000  # all that there are
    assert of(20).compounds.equals(small)


def value_dropped(report):
    return value(report, "train", "single-element rows left out")


def test_split_is_that_of_its_seed(raw):
    few = raw.sample(1500, random_state=0)
    tables = [
        prepare(
            few,
            transport(target="PF_n", subset=200, seed=seed),
            CompositionPreparation(),
            NUMBER_OF,
        ).compounds
        for seed in (0, 0, 1)
    ]
    assert tables[0].equals(tables[1])
    assert set(tables[0]["reduced"]) != set(tables[2]["reduced"])


def test_metals_keep_drop_only(raw):
    few = raw.sample(1000, random_state=1)
    sizes = {
        metals: len(
            prepare(
                few,
                transport(metals=metals, subset=None),
                CompositionPreparation(drop_unary=False),
                NUMBER_OF,
            ).compounds
        )
        for metals in ("keep", "drop", "only")
    }
    assert sizes["keep"] == sizes["drop"] + sizes["only"] == 1000


def test_reduced_formula_of_the_embedded_data_agrees_with_pymatgen(raw):
    from pymatgen.core import Composition

    for formula in raw["formula"].sample(300, random_state=0):
        ours = Composition(reduced_formula(parse_formula(formula)))
        assert ours.fractional_composition.almost_equals(
            Composition(formula).fractional_composition
        )
        amounts = [int(amount) for amount in ours.values()]
        assert math.gcd(*amounts) == 1, formula


# --- parts that nothing can be learned from


def test_a_part_that_is_too_small_names_its_file_and_the_rows_it_lost(tmp_path):
    rows = "formula,target\nFeO,1\nD2O,2\nFe(2,1\nC o,1\nFe2O3,1_000\n"
    with pytest.raises(InputError, match="the test part keeps 1 rows") as caught:
        prepared(folder(tmp_path, train=GOOD + "X2O,1\n", test=rows))
    details = caught.value.details
    assert details["file"] == "x/test.csv"
    assert details["where"] == (
        "line 3: D2O,2: unknown element 'D'; line 4: Fe(2,1: empty or unbalanced bracket; "
        "line 5: C o,1: unexpected ' ' at character 2; and 1 more"
    )
    assert details["value"] == "'5 rows read, 4 refused'"
    assert "log" not in str(caught.value)


def test_python_spellings_of_numbers_are_no_targets(tmp_path):
    refused = prepared(folder(tmp_path, train=GOOD + "FeO,1_000\n")).refused
    assert refused["reason"].item() == "target '1_000' is not a number"


# What a network learns from is the mean of a composition's rows.
@pytest.mark.parametrize("rows", ["FeO,2\nMgO,2\nCaO,2\n", "FeO,1\nFe2O2,3\nMgO,2\n"])
def test_equal_training_targets_are_refused_with_their_file(tmp_path, rows):
    files = folder(tmp_path, train="formula,target\n" + rows + "Fe,9\nC o,7\n")
    with pytest.raises(InputError, match="train part have the target 2") as caught:
        prepared(files)
    assert caught.value.details["file"] == "x/train.csv"
    assert caught.value.details["where"].startswith("line 6: C o,7: ")
    assert caught.value.details["fix"]


def test_a_drawn_part_that_is_too_small_asks_for_more_of_the_data(raw):
    dataset = transport(metals="keep", subset=2)
    with pytest.raises(InputError, match="part keeps") as caught:
        prepare(raw.head(40), dataset, CompositionPreparation(), NUMBER_OF)
    assert caught.value.details["file"] == "transport_database.csv"
    assert "`subset`" in caught.value.details["fix"]
