"""Data-set statistics of planted sets, above all: no part is taken for another."""

from __future__ import annotations

import numpy as np
import pytest

from matxai.composition.data.statistics import (
    element_counts,
    entropy,
    entropy_error,
    incidence,
    prevalence,
    summary,
)

# Each part has its own size, elements and diversity; the parts come shuffled, val between.
COMPOUNDS = [
    ({"O": 2, "Si": 1}, "test"),
    ({"Na": 1, "Cl": 1}, "train"),
    ({"Fe": 1}, "val"),
    ({"K": 1, "Cl": 1}, "train"),
    ({"O": 1, "Si": 1}, "test"),
    ({"Na": 0.5, "K": 0.5, "Cl": 1}, "train"),
    ({"O": 3}, "test"),
    ({"O": 1, "C": 1, "Si": 1, "Ti": 1}, "test"),
]
HELD = incidence(amounts for amounts, _ in COMPOUNDS)
PARTS = [part for _, part in COMPOUNDS]


def test_parts_are_not_swapped() -> None:
    table = summary(HELD, PARTS, replicates=20).set_index("part")
    assert list(table["compounds"]) == [3, 1, 4, 8]
    assert list(table.index) == ["train", "val", "test", "whole"]
    assert table["elements"].to_dict() == {"train": 3, "val": 1, "test": 4, "whole": 8}
    assert table["largest_count"].to_dict() == {"train": 3, "val": 1, "test": 4, "whole": 4}
    assert table.loc["train", "mean_count"] == pytest.approx(7 / 3)

    def normalised(*counts: int) -> float:
        p = np.array(counts) / sum(counts)
        return float(-(p * np.log(p)).sum() / np.log(len(counts)))

    assert table.loc["val", "entropy"] == 0
    assert table.loc["train", "entropy"] == pytest.approx(normalised(2, 2, 3))
    assert table.loc["test", "entropy"] == pytest.approx(normalised(4, 3, 1, 1))
    # Na 2, K 2, Cl 3 / Fe 1 / O 4, Si 3, C 1, Ti 1
    assert table.loc["whole", "entropy"] == pytest.approx(normalised(2, 2, 3, 1, 4, 3, 1, 1))


def test_prevalence_counts_compounds_not_atoms() -> None:
    table = prevalence(HELD, PARTS).set_index(["part", "element"])
    assert table.loc[("test", "O"), "compounds"] == 4  # seven atoms
    assert table.loc[("test", "O"), "share"] == 1
    assert table.loc[("train", "O"), "compounds"] == 0
    assert table.loc[("whole", "Cl"), "share"] == 3 / 8
    assert table.loc[("whole", "Ti"), "atomic_number"] == 22
    assert set(table.loc["val"].index) == {"Na", "Cl", "Fe", "K", "O", "Si", "C", "Ti"}


def test_element_counts() -> None:
    table = element_counts(HELD, PARTS).set_index(["part", "elements"])
    assert list(table.loc["test", "compounds"]) == [1, 2, 0, 1]
    assert list(table.loc["whole", "compounds"]) == [2, 4, 1, 1]
    assert table.loc["train", "share"].sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([7, 7, 7, 7], 1),
        ([5], 0),
        ([0, 5, 0], 0),
        ([3, 1], 0.75 * np.log2(4 / 3) + 0.25 * 2),
        ([2, 1, 1, 0], 1.5 / np.log2(3)),
    ],
)
def test_entropy(counts: list[int], expected: float) -> None:
    assert entropy(np.array(counts)) == pytest.approx(expected)


def test_entropy_of_nothing_is_undefined() -> None:
    assert np.isnan(entropy(np.zeros(3, dtype=int)))


def test_bootstrap_is_seeded_and_has_the_size_that_theory_gives() -> None:
    # Unary compounds of two elements, p = 0.8: the delta method gives the standard error
    # |log2((1 - p) / p)| sqrt(p (1 - p) / n) = 2 x 0.4 / sqrt(n).
    presence = incidence([{"H": 1}] * 1600 + [{"O": 1}] * 400)
    error = entropy_error(presence, replicates=800, seed=1)
    assert error == pytest.approx(2 * 0.4 / np.sqrt(2000), rel=0.1)
    assert error == entropy_error(presence, replicates=800, seed=1)
    assert error != entropy_error(presence, replicates=800, seed=2)


def test_interval_surrounds_the_entropy_and_stays_within_bounds() -> None:
    table = summary(HELD, PARTS, replicates=50)
    assert (table["entropy_ci_low"] <= table["entropy"]).all()
    assert (table["entropy"] <= table["entropy_ci_high"]).all()
    assert table["entropy_ci_high"].max() <= 1


def test_empty_part_and_empty_set() -> None:
    table = summary(incidence([{"H": 1}]), ["test"]).set_index("part")
    assert table.loc["train", "compounds"] == 0
    assert np.isnan(table.loc["train", "entropy"])
    assert table.loc["whole", "compounds"] == 1
    assert summary(incidence([]), [])["compounds"].sum() == 0
    assert prevalence(incidence([]), []).empty


@pytest.mark.parametrize("amounts", [{}, {"Xx": 1}, {"H": 0}, {"H": -1}, {"H": float("nan")}])
def test_bad_compounds_are_named_by_row(amounts: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="compound 1"):
        incidence([{"H": 1}, amounts])


def test_bad_parts() -> None:
    with pytest.raises(ValueError, match="'validation' is not one of train, val, test"):
        summary(HELD, ["validation"] * len(HELD))
    with pytest.raises(ValueError, match="8 compounds but 2 part names"):
        prevalence(HELD, ["train", "val"])
