"""History, parity, calibration and accuracy figures show what was planted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from matxai.plotting.accuracy import accuracy_figure
from matxai.plotting.history import history_figure
from matxai.plotting.regression import calibration_figure, parity_figure
from matxai.quantities import Quantity

TARGET = Quantity("Bulk modulus", unit="GPa")


def texts(axes) -> str:
    return "\n".join(text.get_text() for text in axes.texts)


def test_history_marks_the_last_best_epoch() -> None:
    history = pd.DataFrame(
        {
            "epoch": [1, 2, 3, 4],
            "train_loss": [1.0, 0.5, -0.2, -0.3],
            "val_mae": [9.0, np.nan, 7.25, 8.0],
            "learning_rate": [1e-3, 2e-3, 1e-3, 1e-4],
            "best": [True, False, True, False],
        }
    )
    loss, error, rate = history_figure(history, TARGET).axes
    assert list(loss.lines[0].get_ydata()) == [1.0, 0.5, -0.2, -0.3]
    assert list(error.lines[0].get_xdata()) == [1, 3, 4]
    assert list(rate.lines[0].get_ydata()) == [1e-3, 2e-3, 1e-3, 1e-4]
    assert error.get_legend().get_texts()[0].get_text() == "best: epoch 3, 7.25 GPa"
    assert all(list(axes.lines[1].get_xdata()) == [3, 3] for axes in (loss, error, rate))
    assert "(GPa)" in error.get_ylabel()


def test_history_of_another_error_on_logarithmic_axes() -> None:
    history = pd.DataFrame(
        {
            "epoch": [1, 2],
            "train_loss": [1.0, 0.01],
            "val_rmse": [90.0, 0.9],
            "learning_rate": [1e-3, 1e-3],
            "best": [False, True],
        }
    )
    loss, error, rate = history_figure(history, TARGET, error="val_rmse", log=True).axes
    assert list(error.lines[0].get_ydata()) == [90.0, 0.9]
    assert error.get_ylabel() == "Validation RMSE (GPa)"
    assert error.get_legend().get_texts()[0].get_text() == "best: epoch 2, 0.9 GPa"
    assert [axes.get_yscale() for axes in (loss, error, rate)] == ["log", "log", "linear"]
    with pytest.raises(ValueError, match="lacks val_mae"):
        history_figure(history, TARGET)


def test_history_of_no_epoch() -> None:
    empty = pd.DataFrame(columns=["epoch", "train_loss", "val_mae", "learning_rate", "best"])
    assert "no epoch" in history_figure(empty, TARGET).texts[0].get_text()


def predictions(part: str, size: int) -> pd.DataFrame:
    target = np.linspace(0, 100, size)
    error = np.where(np.arange(size) % 2, 3.0, -1.0)  # MAE 2, RMSE sqrt 5 for an even size
    return pd.DataFrame({"target": target, "prediction": target + error, "part": part})


def test_parity_panels_scores_and_equal_axes() -> None:
    table = pd.concat([predictions("test", 100), predictions("train", 4000)])
    figure = parity_figure(table, TARGET)
    train, test = figure.axes[:2]
    assert (train.get_title(), test.get_title()) == ("train (n = 4,000)", "test (n = 100)")
    for axes in (train, test):
        assert axes.get_xlim() == axes.get_ylim() == train.get_xlim()
        assert "MAE 2 GPa" in texts(axes)
        assert "RMSE 2.24 GPa" in texts(axes)
        assert list(axes.lines[0].get_xdata()) == list(axes.lines[0].get_ydata())
    # Many compounds are counted in cells, few are points.
    assert train.collections[0].get_array().sum() == 4000
    offsets = test.collections[0].get_offsets()
    np.testing.assert_allclose(offsets, predictions("test", 100)[["target", "prediction"]])
    assert test.get_xlabel() == "Bulk modulus, true (GPa)"
    assert train.get_ylabel() == "Bulk modulus, predicted (GPa)"


def test_parity_r2_is_the_coefficient_of_determination() -> None:
    table = predictions("test", 100)
    target, prediction = table["target"], table["prediction"]
    r2 = 1 - 5 / ((target - target.mean()) ** 2).mean()
    assert f"R² {r2:.3f}" in texts(parity_figure(table, TARGET).axes[0])
    shifted = table.assign(prediction=prediction + 50)  # correlated, yet wrong
    assert "R² -" in texts(parity_figure(shifted, TARGET).axes[0])
    constant = table.assign(target=1.0)
    assert "R² undefined" in texts(parity_figure(constant, TARGET).axes[0])


def test_parity_counts_what_it_cannot_draw() -> None:
    table = predictions("test", 10)
    table.loc[3, "prediction"] = np.nan
    axes = parity_figure(table, TARGET).axes[0]
    assert "1 without a value" in texts(axes)
    assert len(axes.collections[0].get_offsets()) == 9
    nothing = parity_figure(table.assign(target=np.nan), TARGET, samples="compounds")
    assert "no compound" in nothing.texts[0].get_text()


def test_parity_draws_sigma_of_few_compounds() -> None:
    table = predictions("test", 10).assign(sigma=2.0)
    bars = parity_figure(table, TARGET).axes[0].collections[0].get_segments()
    assert [segment[1][1] - segment[0][1] for segment in bars] == pytest.approx([4.0] * 10)


def test_calibration_shows_curve_interval_and_area() -> None:
    # Straight from (0, 0) by (0.5, 0.25) to (1, 1): two triangles of area 1/2 x 1/2 x 1/4.
    curve = pd.DataFrame(
        {
            "expected_coverage": [0.5],
            "observed_coverage": [0.25],
            "ci_low": [0.2],
            "ci_high": [0.31],
        }
    )
    axes = calibration_figure(curve).axes[0]
    assert "0.125" in texts(axes)
    observed = next(line for line in axes.lines if line.get_label() == "observed")
    assert (list(observed.get_xdata()), list(observed.get_ydata())) == ([0.5], [0.25])
    bars = [c for c in axes.collections if hasattr(c, "get_segments")]
    np.testing.assert_allclose(bars[0].get_segments()[0], [[0.5, 0.2], [0.5, 0.31]])
    assert calibration_figure(curve.iloc[:0]).texts


def test_accuracy_rows_means_and_intervals() -> None:
    metrics = pd.DataFrame(
        {
            "model": ["CrabNet", "CrabNet", "mean"],
            "seed": [1, 0, 0],
            "mae": [9.0, 8.0, 50.0],
            "ci_low": [8.5, 7.5, 45.0],
            "ci_high": [9.5, 8.5, 55.0],
        }
    )
    axes = accuracy_figure(metrics, TARGET).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["CrabNet", "mean"]
    assert [text.get_text() for text in axes.texts] == ["8.5 ± 0.71", "50"]
    assert list(axes.lines[0].get_xdata()) == [8, 9]  # by seed
    segments = axes.collections[0].get_segments()
    assert [list(segment[:, 0]) for segment in segments] == [[7.5, 8.5], [8.5, 9.5]]
    assert axes.get_xlim()[0] == 0
    assert "Mean absolute error (GPa) of Bulk modulus" in axes.get_xlabel()


@pytest.mark.parametrize("figure", [parity_figure, history_figure, accuracy_figure])
def test_missing_columns_are_named(figure) -> None:
    with pytest.raises(ValueError, match="lacks"):
        figure(pd.DataFrame({"x": [1]}), TARGET)
