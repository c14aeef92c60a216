"""Element correlation against numpy, scipy and cases that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import pearsonr

from matxai.composition.data.formulas import HEAVIEST, NUMBER_OF
from matxai.composition.elements.correlation import (
    correlation_map_of,
    correlation_pairs,
    element_correlation,
    group_of,
    sort_elements,
    standardise,
)


def correlation(vectors: pd.DataFrame, last: int = HEAVIEST) -> pd.DataFrame:
    return element_correlation(standardise(vectors, last), last)


def random_vectors(symbols: list[str], components: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    # Columns of very different mean and scale, as in tables of measured properties.
    values = rng.normal(size=(len(symbols), components)) * np.logspace(-3, 3, components) + 10
    return pd.DataFrame(values, index=symbols)


def test_hand_case_matches_numpy_corrcoef_of_standardised_columns() -> None:
    raw = np.array([[1.0, 10, 5], [2, 30, 5], [6, 20, 5]])
    vectors = pd.DataFrame(raw, index=["Li", "H", "O"], columns=["a", "b", "constant"])
    z = (raw[:, :2] - raw[:, :2].mean(0)) / raw[:, :2].std(0)
    expected = np.corrcoef(z[[1, 0, 2]])  # in order of atomic number: H, Li, O

    matrix = correlation(vectors)

    present = matrix.loc[["H", "Li", "O"], ["H", "Li", "O"]]
    np.testing.assert_allclose(present, expected, atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_every_pair_matches_scipy(seed: int) -> None:
    symbols = ["Lr", "C", "Fe", "H", "U", "Si"]
    vectors = random_vectors(symbols, 9, seed)

    matrix = correlation(vectors)

    z = (vectors - vectors.mean()) / vectors.std(ddof=0)
    for a in symbols:
        for b in symbols:
            assert matrix.loc[a, b] == pytest.approx(pearsonr(z.loc[a], z.loc[b])[0], abs=1e-9)


def test_absent_elements_are_blank_and_order_is_by_atomic_number() -> None:
    matrix = correlation(random_vectors(["O", "H", "Lr"], 5))
    assert list(matrix.index) == list(matrix.columns) == list(NUMBER_OF)
    assert matrix.notna().to_numpy().sum() == 9
    assert matrix.loc["He"].isna().all()
    assert matrix.loc["O", "O"] == 1


def test_truncation_leaves_later_elements_out_of_the_standardisation() -> None:
    vectors = random_vectors(["H", "O", "U", "Np", "Pu"], 6)
    truncated = correlation(vectors, last=92)
    assert truncated.shape == (92, 92)
    alone = correlation(vectors.loc[["H", "O", "U"]], last=92)
    pd.testing.assert_frame_equal(truncated, alone)
    assert truncated.loc["H", "O"] != pytest.approx(correlation(vectors).loc["H", "O"])


@pytest.mark.parametrize("count", [2, 5, 103])
def test_one_hot_vectors_all_correlate_alike(count: int) -> None:
    matrix = correlation(pd.DataFrame(np.eye(103)[:count], index=list(NUMBER_OF)[:count]))
    pairs = correlation_pairs(matrix, count)
    assert len(pairs) == count * (count - 1) // 2
    np.testing.assert_allclose(pairs["correlation"], -1 / (count - 1))


def test_a_lone_element_has_no_correlation() -> None:
    matrix = correlation(random_vectors(["Si"], 4))
    assert matrix.isna().to_numpy().all()
    assert correlation_pairs(matrix, 0).empty


def test_missing_values_become_the_column_mean() -> None:
    vectors = random_vectors(["H", "O", "Si", "Fe"], 4)
    vectors.iloc[1, 2] = np.nan
    vectors.iloc[0, 3] = np.inf
    z = standardise(vectors)
    assert z.loc["O", 2] == z.loc["H", 3] == 0
    known = vectors[2].dropna()
    np.testing.assert_allclose(z[2].drop("O"), (known - known.mean()) / known.std(ddof=0))


def test_an_element_without_any_value_is_absent() -> None:
    vectors = random_vectors(["H", "O", "Si"], 4)
    vectors.loc["O"] = np.nan
    assert list(standardise(vectors).index) == ["H", "Si"]


def test_constant_columns_are_dropped_whatever_their_rounding() -> None:
    vectors = random_vectors(["H", "O", "Si"], 3)
    vectors["flat"] = [0.1 + 0.2, 0.3, 0.3]
    assert "flat" not in standardise(vectors)
    assert standardise(vectors).shape == (3, 3)


@pytest.mark.parametrize(
    ("symbol", "group"),
    [("H", "1"), ("He", "18"), ("La", "lanthanides"), ("Lu", "lanthanides"), ("Hf", "4"),
     ("Ac", "actinides"), ("Lr", "actinides"), ("Y", "3"), ("O", "16")],
)  # fmt: skip
def test_groups(symbol: str, group: str) -> None:
    assert group_of(symbol) == group


def test_order_by_group_moves_rows_and_columns_together() -> None:
    symbols = ["U", "La", "He", "O", "Na", "H", "Sc"]
    matrix = correlation(random_vectors(symbols, 5)).loc[symbols, symbols]
    by_group = sort_elements(matrix, "group")
    assert list(by_group.index) == ["H", "Na", "Sc", "O", "He", "La", "U"]
    assert list(sort_elements(matrix, "number").index) == ["H", "He", "O", "Na", "Sc", "La", "U"]
    for a in symbols:
        for b in symbols:
            assert by_group.loc[a, b] == matrix.loc[a, b]
    with pytest.raises(ValueError, match="number, group"):
        sort_elements(matrix, "alphabet")


def test_tidy_lists_each_pair_once_with_fisher_interval() -> None:
    symbols = ["H", "Li", "O"]
    matrix = pd.DataFrame([[1, 0.5, -1], [0.5, 1, 0], [-1, 0, 1.0]], index=symbols, columns=symbols)
    table = correlation_pairs(matrix, 28)
    assert list(zip(table["element_a"], table["element_b"], strict=True)) == [
        ("Li", "H"), ("O", "H"), ("O", "Li"),
    ]  # fmt: skip
    assert list(table["correlation"]) == [0.5, -1, 0]
    # artanh 0.5 = 0.549306, 1.959964 / sqrt(25) = 0.391993
    np.testing.assert_allclose(table.loc[0, ["ci_low", "ci_high"]].astype(float),
                               [np.tanh(0.157313), np.tanh(0.941299)], atol=1e-6)  # fmt: skip
    assert list(table.loc[1, ["ci_low", "ci_high"]]) == [-1, -1]
    assert correlation_pairs(matrix, 3)["ci_low"].isna().all()


def test_fisher_interval_matches_scipy() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(2, 40))
    result = pearsonr(x, y)
    matrix = pd.DataFrame([[1, result[0]], [result[0], 1]], index=["H", "O"], columns=["H", "O"])
    low, high = result.confidence_interval()
    row = correlation_pairs(matrix, 40).iloc[0]
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((low, high), abs=1e-6)


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        (pd.DataFrame([[1.0], [2.0]], index=["H", "Xx"]), "'Xx'"),
        (pd.DataFrame([[1.0], [2.0]], index=["H", np.nan]), "keep_default_na"),
        (pd.DataFrame([[1.0], [2.0]], index=["H", "D"]), "'D'"),
        (pd.DataFrame([[1.0], [2.0]], index=["H", "H"]), "repeated: 'H'"),
        (pd.DataFrame({"a": [1.0], "name": ["x"]}, index=["H"]), "'name'"),
    ],
)
def test_bad_tables_are_refused(vectors: pd.DataFrame, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        correlation(vectors)


def test_a_view_is_the_matrix_of_its_range_in_its_order() -> None:
    vectors = random_vectors(["H", "La", "Hf", "O", "U", "Pu"], 6).assign(constant=1.0)
    by_group, by_number = (
        correlation_map_of(vectors, "uranium_group"),
        correlation_map_of(vectors, "full_number"),
    )
    expected = sort_elements(correlation(vectors, 92), "group")
    pd.testing.assert_frame_equal(by_group.matrix, expected)
    pd.testing.assert_frame_equal(by_number.matrix, correlation(vectors))
    assert (by_group.columns, by_group.grouped, by_number.grouped) == (6, True, False)
