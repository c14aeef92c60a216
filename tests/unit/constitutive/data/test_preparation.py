"""From raw paths to the table of steps: previous values, internal variables, splits, refusals."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from matxai.constitutive.data.preparation import prepare
from matxai.constitutive.data.raw.paths import RawPath, Refusal
from matxai.constitutive.laws import LAWS
from matxai.run.errors import InputError

STEEL = {"E": 200e3, "sig0": 300.0, "H_kin": 20e3}
POLYMER = {"E_inf": 900.0, "E_1": 2100.0, "eta_1": 1700.0}
STEEL_LAW = LAWS["elastoplastic"]


def answered(law, number, steps, parameters, keep=("strain", "stress", "time")):
    """A raw path of a random walk, and its truth."""
    rng = np.random.default_rng(number)
    strain = np.concatenate([[0], np.cumsum(rng.normal(0, 0.0015, steps - 1))])
    time = np.concatenate([[0], np.cumsum(rng.uniform(0.1, 0.3, steps - 1))]) + 5
    columns = {name: np.array([[value]]) for name, value in parameters.items()}
    answer = {k: v[0] for k, v in LAWS[law].respond(strain[None], time[None], columns).items()}
    series = {"strain": strain, "time": time, **answer}
    truth = pd.DataFrame({name: answer[name] for name in ("tangent", *LAWS[law].internal)})
    truth = truth.assign(file=f"f{number}", record=0, step=range(steps))
    path = RawPath(f"f{number}", 0, {name: series[name] for name in keep}, dict(parameters))
    return path, truth


def answered_all(law, parameters, steps=(20, 7, 33, 20, 12), **options):
    pairs = [answered(law, n, count, parameters, **options) for n, count in enumerate(steps)]
    return [path for path, _ in pairs], pd.concat([truth for _, truth in pairs])


def prepared(raw, law=STEEL_LAW, *, strict=False, truth=None, seed=0, split=(0.7, 0.15)):
    return prepare(raw, law, split, seed, strict, truth)


def plain(number, steps=4, **series):
    strain = np.arange(steps) * 0.001 * (number + 1)
    values = {"strain": strain, "stress": 100 * strain, **series}
    return RawPath(f"f{number}", 0, values, {})


def test_previous_values_are_those_of_the_step_before_in_the_same_path():
    raw, _ = answered_all("elastoplastic", STEEL)
    series = prepared(raw).series
    assert list(series.groupby("path").size()) == [19, 6, 32, 19, 11]
    assert series[["path", "step"]].equals(series[["path", "step"]].sort_values(["path", "step"]))
    for number, path in enumerate(raw):
        own = series[series["path"] == number]
        assert list(own["step"]) == list(range(1, len(path.series["strain"])))
        for name in ("strain", "stress"):
            np.testing.assert_array_equal(own[name], path.series[name][1:])
            np.testing.assert_array_equal(own[f"prev_{name}"], path.series[name][:-1])
        np.testing.assert_array_equal(own["dt"], np.diff(path.series["time"]))
        np.testing.assert_allclose(own["control"], own["step"] / len(own))


@pytest.mark.parametrize(
    ("law", "parameters"), [("elastoplastic", STEEL), ("viscoelastic", POLYMER)]
)
def test_internal_variables_and_tangent_are_recovered_from_the_law(law, parameters):
    raw, truth = answered_all(law, parameters)
    series = prepared(raw, LAWS[law]).series
    exact = truth[truth["step"] > 0]
    for name in LAWS[law].internal:
        np.testing.assert_allclose(series[name], exact[name], atol=1e-9)
    np.testing.assert_allclose(series["tangent"], exact["tangent"])
    if law == "elastoplastic":
        assert 0.1 < series["plastic"].mean() < 0.9
        soft = exact["tangent"].to_numpy() < 0.5 * STEEL["E"]
        np.testing.assert_array_equal(series["plastic"], soft)


def test_unloading_after_yielding_is_elastic_though_the_plastic_strain_stays():
    strain = np.concatenate([np.linspace(0, 0.006, 7), np.linspace(0.005, 0.004, 2)])
    columns = {name: np.array([[value]]) for name, value in STEEL.items()}
    stress = STEEL_LAW.respond(strain[None], strain[None], columns)["stress"][0]
    raw = [RawPath(f"f{n}", 0, {"strain": strain, "stress": stress}, STEEL) for n in range(3)]
    series = prepared(raw).series
    own = series[series["path"] == 0]
    assert list(own["plastic"]) == [False, True, True, True, True, True, False, False]
    assert (own["e_plastic"].iloc[-2:] > 0.003).all()


def test_truth_is_matched_by_file_record_and_step_and_overrides():
    raw, truth = answered_all("elastoplastic", STEEL)
    marked = truth.assign(back_stress=truth["back_stress"] + 1, tangent=truth["tangent"] + 1)
    one = prepared(raw, truth=marked).series
    shuffled = marked.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(prepared(raw, truth=shuffled).series, one)
    exact = truth[truth["step"] > 0]
    np.testing.assert_array_equal(one["tangent"], exact["tangent"] + 1)
    np.testing.assert_array_equal(one["back_stress"], exact["back_stress"] + 1)
    # Another record of the same name, or other names, are not taken for it.
    for other in (marked.assign(record=1), marked.assign(file="g" + marked["file"])):
        series = prepared(raw, truth=other).series
        np.testing.assert_allclose(series["tangent"], exact["tangent"])


def test_plastic_strain_of_the_file_counts_more_than_the_recovered_and_less_than_the_truth():
    raw, truth = answered_all("elastoplastic", STEEL)
    stated = [
        dataclasses.replace(path, series={**path.series, "e_plastic": path.series["strain"] + 1})
        for path in raw
    ]
    series = prepared(stated).series
    np.testing.assert_array_equal(series["e_plastic"], series["strain"] + 1)
    series = prepared(stated, truth=truth).series
    np.testing.assert_array_equal(series["e_plastic"], truth["e_plastic"][truth["step"] > 0])


def test_truth_of_rounded_files_stays_exact():
    raw, truth = answered_all("elastoplastic", STEEL)
    rounded = [
        dataclasses.replace(
            path, series={k: v.astype(np.float32).astype(float) for k, v in path.series.items()}
        )
        for path in raw
    ]
    with_truth = prepared(rounded, truth=truth).series
    exact = truth[truth["step"] > 0]
    np.testing.assert_array_equal(with_truth["e_plastic"], exact["e_plastic"])
    before = truth.groupby("file")["e_plastic"].shift()[truth["step"] > 0]
    np.testing.assert_array_equal(with_truth["prev_e_plastic"], before)
    # Rounding alone makes no step plastic.
    np.testing.assert_array_equal(prepared(rounded).series["plastic"], with_truth["plastic"])


def test_previous_values_of_the_file_are_kept_with_the_first_step():
    previous = {
        f"prev_{name}": np.array([9.0, 8, 7, 6]) for name in ("strain", "stress", "e_plastic")
    }
    raw = [plain(n, **previous, time=np.array([3.0, 4, 6, 9])) for n in range(3)]
    series = prepared(raw).series
    own = series[series["path"] == 1]
    assert list(own["step"]) == [0, 1, 2, 3]
    assert list(own["dt"]) == [0, 1, 2, 3]
    for name in previous:
        assert list(own[name]) == [9, 8, 7, 6]


def test_absent_previous_values_beside_given_ones_are_derived_and_the_first_step_left_out():
    raw = [plain(n, prev_strain=np.full(4, 9.0)) for n in range(3)]
    series = prepared(raw).series
    own = series[series["path"] == 2]
    assert list(own["step"]) == [1, 2, 3]
    assert list(own["prev_strain"]) == [9, 9, 9]
    np.testing.assert_allclose(own["prev_stress"], 100 * 0.003 * np.arange(3))


def test_what_the_files_do_not_say_is_numbered_or_missing():
    result = prepared([plain(n) for n in range(3)])
    own = result.series[result.series["path"] == 0]
    assert list(own["time"]) == [1, 2, 3]
    assert list(own["dt"]) == [1, 1, 1]
    np.testing.assert_allclose(own["control"], [1 / 3, 2 / 3, 1])
    unknown = ["e_plastic", "prev_e_plastic", "back_stress", "tangent"]
    assert result.series[unknown].isna().all(axis=None)
    assert not set(STEEL) & set(result.series)
    missing = result.ranges.set_index("column")["missing"]
    assert list(missing[unknown]) == [9, 9, 9, 9]
    assert missing["stress"] == 0


def test_a_law_of_time_has_no_tangent_where_the_files_state_no_time():
    raw, _ = answered_all("viscoelastic", POLYMER, keep=("strain", "stress"))
    series = prepared(raw, LAWS["viscoelastic"]).series
    assert series["tangent"].isna().all()
    assert series["viscous_stress"].notna().all()


def test_published_names_of_the_maxwell_element_are_understood():
    raw, truth = answered_all("viscoelastic", POLYMER)
    names = {"E_inf": "E_inf", "E_1": "E", "eta_1": "eta"}
    published = [
        dataclasses.replace(path, parameters={names[k]: v for k, v in path.parameters.items()})
        for path in raw
    ]
    series = prepared(published, LAWS["viscoelastic"]).series
    np.testing.assert_allclose(series["tangent"], truth["tangent"][truth["step"] > 0])
    assert {"E", "eta"}.isdisjoint(series)
    both = [dataclasses.replace(path, parameters={"E": 1.0, **POLYMER}) for path in raw]
    assert (prepared(both, LAWS["viscoelastic"]).series["E_1"] == POLYMER["E_1"]).all()


def test_paths_that_lack_a_parameter_of_others_are_refused():
    raw, _ = answered_all("elastoplastic", STEEL)
    raw[1] = dataclasses.replace(raw[1], parameters={"sig0": 1.0, "H_kin": 1.0, "mu": 3.0})
    raw[3] = dataclasses.replace(raw[3], parameters={**STEEL, "mu": 3.0})
    files = prepared(raw).files
    assert files["path"].isna().tolist() == [False, True, False, False, False]
    assert files["reason"][1] == "states no E, which other paths state"
    assert "mu" not in prepared(raw).series


def test_refused_paths_are_listed_in_order_and_the_others_numbered():
    raw = [
        Refusal("a", None, "broken", "whole"),
        plain(0),
        plain(1),
        Refusal("b", 3, "bad", "good"),
    ]
    result = prepared([*raw, plain(2)])
    assert list(result.series["path"].unique()) == [0, 1, 2]
    plain_files = result.files.astype(object).where(result.files.notna(), None)
    assert list(plain_files.itertuples(index=False, name=None)) == [
        ("a", None, None, None, "broken", "whole"),
        ("f0", 0, 0, 4, None, None),
        ("f1", 0, 1, 4, None, None),
        ("b", 3, None, None, "bad", "good"),
        ("f2", 0, 2, 4, None, None),
    ]


def test_strict_makes_a_refusal_an_error():
    raw = [plain(0), plain(1), plain(2), Refusal("b", 3, "it is bad", "better")]
    prepared(raw)
    with pytest.raises(InputError) as caught:
        prepared(raw, strict=True)
    text = str(caught.value)
    assert "1 of 4 paths are refused, the first: it is bad" in text
    for part in ("b\n", "record 3", "better", "strict: false"):
        assert part in text


def test_fewer_than_three_paths_are_an_error_that_says_why():
    with pytest.raises(
        InputError, match=r"(?s)only 2 of 3 paths.*because: it is bad.*at least three"
    ):
        prepared([plain(0), plain(1), Refusal("b", 3, "it is bad", "better")])
    with pytest.raises(InputError, match="only 0 of 0 paths can be used\n"):
        prepared([])


@pytest.mark.parametrize(
    ("paths", "split", "sizes"),
    [
        (20, (0.7, 0.15), (14, 3, 3)),
        (3, (0.7, 0.15), (1, 1, 1)),
        (10, (0.98, 0.01), (8, 1, 1)),
        (10, (0.01, 0.01), (1, 1, 8)),
        (10, (0.01, 0.98), (1, 8, 1)),
        (200, (0.6, 0.2), (120, 40, 40)),
    ],
)
def test_parts_are_whole_paths_in_the_shares_wanted(paths, split, sizes):
    raw = [plain(n) for n in range(paths)]
    series = prepared(raw, split=split).series
    parts = series.groupby("path")["part"].unique()
    assert (parts.map(len) == 1).all()
    counts = parts.map(lambda found: found[0]).value_counts()
    assert tuple(counts[["train", "val", "test"]]) == sizes


def test_parts_depend_on_the_seed_and_not_on_the_order_of_paths_alone():
    raw = [plain(n) for n in range(20)]
    one, same, other = (prepared(raw, seed=seed).series["part"] for seed in (1, 1, 2))
    assert one.equals(same)
    assert not one.equals(other)
    assert one.iloc[0] != one.iloc[-1] or one.nunique() > 1
    assert not one.eq("train").iloc[: 3 * 14].all()


def test_ranges_are_those_of_the_columns():
    raw, _ = answered_all("elastoplastic", STEEL)
    result = prepared(raw)
    for row in result.ranges.itertuples():
        column = result.series[row.column]
        assert (row.rows, row.missing) == (87, 0)
        assert (row.minimum, row.maximum) == (column.min(), column.max())
        assert row.mean == pytest.approx(column.mean())
    assert "plastic" not in set(result.ranges["column"])


def test_parameters_that_make_no_sense_leave_the_unknown_unknown():
    raw, _ = answered_all("elastoplastic", {**STEEL})
    raw = [dataclasses.replace(path, parameters={**STEEL, "E": 0.0}) for path in raw]
    series = prepared(raw).series
    assert series["e_plastic"].isna().all()
    assert series["tangent"].isna().all()
    assert not series["plastic"].any()
