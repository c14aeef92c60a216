"""Class metrics against scikit-learn, cases worked out by hand, and the width that theory gives."""

from functools import partial

import numpy as np
import pytest
from sklearn import metrics

from matxai.statistics.calibration import expected_calibration_error, reliability
from matxai.statistics.classification import class_curves, class_metrics
from matxai.statistics.regression import score

class_scores = partial(score, metrics=class_metrics)

RNG = np.random.default_rng(0)
TARGET = (RNG.random(400) < 0.35).astype(float)
# Rounded to few values: many ties, also between the classes.
TIED = np.round(np.clip(0.25 * TARGET + 0.75 * RNG.random(400), 0, 1), 1)
FINE = np.clip(0.3 * TARGET + 0.7 * RNG.random(400), 0, 1)


def values(target, probability):
    return class_scores(target, probability, seed=0).set_index("metric")["value"]


@pytest.mark.parametrize("probability", [TIED, FINE])
def test_scores_equal_those_of_scikit_learn(probability):
    found, chosen = values(TARGET, probability), probability >= 0.5
    expected = {
        "roc_auc": metrics.roc_auc_score(TARGET, probability),
        "average_precision": metrics.average_precision_score(TARGET, probability),
        "accuracy": metrics.accuracy_score(TARGET, chosen),
        "balanced_accuracy": metrics.balanced_accuracy_score(TARGET, chosen),
        "brier": metrics.brier_score_loss(TARGET, probability),
        "log_loss": metrics.log_loss(TARGET, probability),
    }
    assert found.to_dict() == pytest.approx(expected)


def test_a_case_by_hand():
    found = values(np.array([1.0, 0, 1, 0]), np.array([0.9, 0.6, 0.6, 0.2]))
    assert found["roc_auc"] == 3.5 / 4  # of four pairs three are in order, one is a tie
    assert found["average_precision"] == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    assert found["accuracy"] == found["balanced_accuracy"] == 0.75
    assert found["brier"] == pytest.approx((0.01 + 0.36 + 0.16 + 0.04) / 4)
    assert found["log_loss"] == pytest.approx(-np.log([0.9, 0.4, 0.6, 0.8]).mean())


def test_a_constant_is_chance_and_a_wrong_certainty_has_a_finite_loss():
    found = values(TARGET, np.full(400, 0.35))
    assert found["roc_auc"] == 0.5
    assert found["average_precision"] == pytest.approx(TARGET.mean())
    assert found["balanced_accuracy"] == 0.5
    wrong = values(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    assert wrong["log_loss"] == pytest.approx(-np.log(np.finfo(float).eps), rel=1e-6)


def test_one_class_alone_has_no_ranking():
    table = class_scores(np.zeros(5), np.linspace(0, 0.4, 5), seed=0).set_index("metric")
    unknown = table.loc[["roc_auc", "average_precision", "balanced_accuracy"]]
    assert unknown[["value", "ci_low", "ci_high"]].isna().all(axis=None)
    assert table.loc["accuracy", "value"] == 1
    curves = class_curves(np.zeros(5), np.linspace(0, 0.4, 5), seed=0, resamples=5)
    assert curves["recall"].isna().all()


def test_intervals_have_the_width_of_theory():
    table = class_scores(TARGET, FINE, seed=0).set_index("metric")
    squares = np.square(FINE - TARGET)
    for name, theory in (
        ("brier", squares.std() / 20),
        ("roc_auc", hanley_mcneil(table.loc["roc_auc", "value"])),
    ):
        row = table.loc[name]
        assert row.ci_low < row.value < row.ci_high
        assert row.ci_high - row.ci_low == pytest.approx(2 * 1.96 * theory, rel=0.15)


def hanley_mcneil(auc):
    """Standard error of the area under the ROC curve (Hanley & McNeil 1982, Radiology 143:29)."""
    ones, zeros = TARGET.sum(), (1 - TARGET).sum()
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc) + (ones - 1) * (q1 - auc**2) + (zeros - 1) * (q2 - auc**2)
    return np.sqrt(variance / (ones * zeros))


def test_rows_of_one_group_are_no_further_evidence():
    group = np.arange(400)
    twice = [np.repeat(values, 2) for values in (TARGET, FINE, group)]
    for found in (class_scores, class_curves):
        once = found(TARGET, FINE, seed=0, resamples=100)
        grouped = found(twice[0], twice[1], group=twice[2], seed=0, resamples=100)
        numbers = [table.select_dtypes("number") for table in (once, grouped)]
        assert np.allclose(*numbers, equal_nan=True)
    alone = class_scores(twice[0], twice[1], seed=0).set_index("metric").loc["brier"]
    wide = class_scores(TARGET, FINE, seed=0).set_index("metric").loc["brier"]
    ratio = (alone.ci_high - alone.ci_low) / (wide.ci_high - wide.ci_low)
    assert ratio == pytest.approx(np.sqrt(0.5), rel=0.1)


def test_draws_do_not_depend_on_how_many_fit_into_memory(monkeypatch):
    whole = class_scores(TARGET, TIED, seed=3, resamples=50)
    monkeypatch.setattr("matxai.statistics.bootstrap._CHUNK", 7 * 400)
    found = class_scores(TARGET, TIED, seed=3, resamples=50)
    assert np.allclose(found.drop(columns="metric"), whole.drop(columns="metric"), rtol=1e-12)


def test_curves_equal_those_of_scikit_learn():
    curves = class_curves(TARGET, TIED, seed=0, resamples=50)
    fallout, recall, thresholds = metrics.roc_curve(TARGET, TIED, drop_intermediate=False)
    assert np.allclose(curves["false_positive_rate"], fallout)
    assert np.allclose(curves["recall"], recall)
    assert np.allclose(curves["threshold"], thresholds)
    precision, _, _ = metrics.precision_recall_curve(TARGET, TIED)
    assert np.allclose(curves["precision"][1:], precision[-2::-1])


def test_the_band_holds_the_curve_and_its_ends():
    curves = class_curves(TARGET, FINE, seed=0)
    inner = curves[curves["false_positive_rate"].between(0.1, 0.4)]
    inside = (inner["recall_ci_low"] <= inner["recall"]) & (
        inner["recall"] <= inner["recall_ci_high"]
    )
    assert inside.mean() > 0.95
    assert (inner["recall_ci_high"] - inner["recall_ci_low"]).between(0.001, 0.35).all()
    assert curves[["recall", "recall_ci_low", "recall_ci_high"]].iloc[-1].eq(1).all()


@pytest.mark.parametrize(
    ("target", "probability", "message"),
    [([0.0, 0.5], [0.1, 0.2], "targets must be 0 or 1"), ([0.0, 1], [0.1, 1.2], "within 0 and 1")],
)
def test_what_is_no_class_or_no_probability_is_refused(target, probability, message):
    with pytest.raises(ValueError, match=message):
        class_scores(np.array(target), np.array(probability), seed=0)


def test_reliability_by_hand():
    target = np.array([0.0, 1, 1, 1, 0])
    curve = reliability(target, np.array([0.0, 0.1, 0.15, 1.0, 0.95]))
    assert curve["rows"].tolist() == [1, 2, 0, 0, 0, 0, 0, 0, 0, 2]
    assert curve["mean_probability"].iloc[[0, 1, 9]].tolist() == pytest.approx([0, 0.125, 0.975])
    assert curve["observed_share"].iloc[[0, 1, 9]].tolist() == [0, 1, 0.5]
    assert (
        curve.iloc[2:9][["mean_probability", "observed_share", "ci_low", "ci_high"]]
        .isna()
        .all(axis=None)
    )
    # Wilson's interval of one in two, z = 1.96: (1 + z^2) / (2 (2 + z^2) / 2) -+ ...
    z = 1.959964
    half = z * np.sqrt(2 * 0.25 + z**2 / 4) / (2 + z**2)
    assert curve.loc[9, ["ci_low", "ci_high"]].tolist() == pytest.approx([0.5 - half, 0.5 + half])
    error = (1 * 0 + 2 * 0.875 + 2 * 0.475) / 5
    assert expected_calibration_error(curve) == pytest.approx(error)


def test_true_probabilities_are_calibrated_and_overconfident_ones_are_not():
    rng = np.random.default_rng(1)
    probability = rng.random(4000)
    target = (rng.random(4000) < probability).astype(float)
    good = reliability(target, probability)
    within = (good["ci_low"] <= good["mean_probability"]) & (
        good["mean_probability"] <= good["ci_high"]
    )
    assert within.mean() >= 0.8
    sure = np.clip(1.8 * (probability - 0.5) + 0.5, 0, 1)
    worse = expected_calibration_error(reliability(target, sure))
    assert worse > 3 * expected_calibration_error(good)


def test_a_single_group_has_no_interval():
    target, probability = np.array([0.0, 1, 1, 0]), np.array([0.2, 0.9, 0.4, 0.6])
    scores = class_scores(target, probability, group=np.zeros(4), seed=0)
    assert np.isfinite(scores["value"]).all()
    assert scores[["ci_low", "ci_high"]].isna().all(axis=None)
    curves = class_curves(target, probability, group=np.zeros(4), seed=0)
    assert curves.loc[1:, ["recall_ci_low", "recall_ci_high"]].isna().all(axis=None)
