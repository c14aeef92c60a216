"""Principal components of states with planted variables, judged on paths that nothing was fitted on."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ortho_group, pearsonr
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression

from matxai.constitutive.explain.states import state_components

UNITS, PATHS, STEPS = 6, 60, 20
PATH = pd.Series(np.repeat(np.arange(PATHS), STEPS))
PART = PATH.map(lambda path: ("train", "val", "test")[path % 3])
TRAIN, TEST = (PART == "train").to_numpy(), (PART == "test").to_numpy()
RNG = np.random.default_rng(0)
ROTATION = ortho_group.rvs(UNITS, random_state=1)
HIDDEN = RNG.normal(size=(len(PATH), UNITS)) * [10, 4, 1, 1, 1, 1]  # standard deviations
INTERNAL = pd.DataFrame(
    {
        "first": 0.002 * HIDDEN[:, 0] + 5,
        "second": HIDDEN[:, 1] - 0.1 * HIDDEN[:, 0],
        "absent": RNG.normal(size=len(PATH)),
    },
    index=PATH.index + 100,
)


def explained(states=HIDDEN @ ROTATION, internal=INTERNAL, path=PATH, part=PART, **options):
    options = {"components": 3, "seed": 0} | options
    return state_components(states, internal, part, path, **options)


def recovery(explanation, variable):
    table = explanation.recovery
    return table[table["variable"] == variable].set_index("components")


def test_a_planted_variable_is_recovered_and_an_absent_one_is_not():
    found = explained()
    assert recovery(found, "first").loc[1, "r2"] > 0.995
    assert recovery(found, "second").loc[1, "r2"] < 0.2
    assert recovery(found, "second").loc[2, "r2"] > 0.99
    absent = recovery(found, "absent")
    assert absent["r2"].abs().max() < 0.03
    assert (absent["ci_low"] < 0).all()
    assert found.recovery[["variable", "components"]].to_numpy().tolist() == [
        [name, count] for name in INTERNAL for count in (1, 2, 3)
    ]


def test_variance_is_that_of_the_planted_directions():
    table = explained().variance
    shares = np.var(HIDDEN[TRAIN], axis=0)[:2] / np.var(HIDDEN[TRAIN], axis=0).sum()
    assert table["component"].tolist() == [1, 2, 3]
    assert table["share"].to_numpy()[:2] == pytest.approx(shares, rel=0.02)
    np.testing.assert_allclose(table["cumulative"], table["share"].cumsum())
    assert explained(components=50).variance["cumulative"].tolist()[-1] == pytest.approx(1)
    assert len(explained(components=50).variance) == UNITS


def test_all_numbers_are_those_of_scikit_learn_and_scipy():
    states = HIDDEN @ ROTATION
    found = explained(states)
    pca = PCA(3, svd_solver="full").fit(states[TRAIN])
    scores = pca.transform(states)
    np.testing.assert_allclose(found.scores, scores, atol=1e-9)
    assert found.scores.columns.tolist() == ["c1", "c2", "c3"]
    assert found.scores.index.equals(INTERNAL.index)
    truth = INTERNAL["second"].to_numpy()
    for count in (1, 2, 3):
        model = LinearRegression().fit(scores[TRAIN, :count], truth[TRAIN])
        score = model.score(scores[TEST, :count], truth[TEST])
        assert recovery(found, "second").loc[count, "r2"] == pytest.approx(score, abs=1e-9)
    np.testing.assert_allclose(found.recovered["second"], model.predict(scores), atol=1e-9)
    assert found.recovered.index.equals(INTERNAL.index)
    for row in found.correlation.itertuples():
        r = pearsonr(INTERNAL[row.variable][TEST], scores[TEST, row.component - 1]).statistic
        assert row.r == pytest.approx(r, abs=1e-9)
    assert len(found.correlation) == 9


def test_components_are_those_of_the_training_paths():
    """A direction in which only other paths vary, and far more, is no leading component."""
    hidden = HIDDEN.copy()
    hidden[~TRAIN, 2] *= 30
    found = explained(hidden @ ROTATION, INTERNAL.assign(third=hidden[:, 2]))
    r = found.correlation.set_index(["variable", "component"])["r"]
    assert abs(r["first", 1]) > 0.9
    assert abs(r["third", 1]) < 0.5
    train = np.var(found.scores["c1"][TRAIN]) / np.var(hidden[TRAIN], axis=0).sum()
    assert found.variance["share"][0] == pytest.approx(train)
    assert train == pytest.approx(100 / 120, rel=0.05)


def test_the_linear_map_is_that_of_the_training_paths():
    """Twice the slope on other paths: half of the change is missed, R2 = 3/4."""
    twice = pd.DataFrame({"v": HIDDEN[:, 0] * np.where(TRAIN, 1, 2)})
    found = explained(internal=twice, components=1)
    assert recovery(found, "v").loc[1, "r2"] == pytest.approx(0.75, abs=0.01)


def test_a_correlation_that_all_paths_share_is_chance():
    """A trend that every path has is no sign of a variable: any other path has it as well."""
    path = np.repeat(np.arange(60), 20)
    part = pd.Series(np.where(path < 30, "train", "test"))
    own = RNG.normal(size=60)[path]
    trend = np.tile(np.linspace(0, 5, 20), 60)
    noise = RNG.normal(size=(2, len(path)))
    states = np.stack([trend + noise[0], own], axis=1)
    internal = pd.DataFrame({"shared": trend + noise[1], "own": own + 0.1 * noise[1]})
    found = explained(states, internal, pd.Series(path), part, components=2).correlation
    by_pair = found.set_index(["variable", "component"])
    assert by_pair.loc[("shared", 1), "r"] > 0.5
    assert by_pair.loc[("shared", 1), "p_bh"] > 0.05
    assert by_pair.loc[("own", 2), "p_bh"] == pytest.approx(4 / 1000)  # the smallest of four tests


def test_paths_change_places_with_those_of_their_length():
    """Of ten long and two short test paths, a short one can only take the place of the other."""
    length = np.array([8] * 10 + [3] * 2)
    path = np.repeat(np.arange(24), np.tile(length, 2))
    part = pd.Series(np.where(path < 12, "train", "test"))
    own = RNG.normal(size=24)[path]
    states = np.stack([own, RNG.normal(size=len(path))], axis=1)
    internal = pd.DataFrame({"own": own})
    found = explained(states, internal, pd.Series(path), part, components=2).correlation
    p = found.loc[found["r"].abs().idxmax(), "p"]
    assert 0.001 <= p <= 0.01


def test_interval_is_over_paths():
    """Sixteen equal steps per path: four times as wide as if the steps were drawn."""
    path = np.repeat(np.arange(600), 16)
    first = np.arange(600) * 16
    part = np.where(path < 300, "train", "test")
    value = RNG.normal(size=600)[path]
    states = np.stack([value, 0.1 * RNG.normal(size=600)[path]], axis=1)
    internal = pd.DataFrame({"v": value + RNG.normal(size=600)[path]})

    def width(rows, path):
        found = explained(
            states[rows],
            internal.iloc[rows],
            pd.Series(path),
            pd.Series(part[rows]),
            components=1,
        )
        ends = ["ci_low", "ci_high"]
        return np.array([np.ptp(t[ends].to_numpy()) for t in (found.recovery, found.correlation)])

    whole = width(np.arange(len(path)), path)
    assert whole == pytest.approx(width(first, path[first]), rel=0.01)
    assert whole / width(np.arange(len(path)), np.arange(len(path))) == pytest.approx(4, rel=0.2)


def test_unknown_and_constant_variables_are_left_out_and_extra_ones_only_correlated():
    internal = INTERNAL.assign(unknown=np.nan, constant=3.0)
    internal.loc[internal.index[-1], "absent"] = np.nan
    extra = pd.DataFrame({"strain": -HIDDEN[:, 0], "control": 1.0})
    found = explained(internal=internal, extra=extra, components=1)
    assert found.recovery["variable"].tolist() == ["first", "second"]
    assert found.recovered.columns.tolist() == ["first", "second"]
    r = found.correlation.set_index("variable")["r"]
    assert r.index.tolist() == ["first", "second", "strain"]
    assert abs(r["strain"]) > 0.99
    assert r["strain"] * r["first"] < 0


def test_a_law_without_internal_variables_has_components_all_the_same():
    found = explained(internal=INTERNAL[[]])
    assert len(found.variance) == 3
    assert found.recovery.empty
    assert found.correlation.columns.tolist() == [
        "variable", "component", "r", "ci_low", "ci_high", "p", "p_bh",
    ]  # fmt: skip
    assert found.recovered.shape == (len(PATH), 0)
