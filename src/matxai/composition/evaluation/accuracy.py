"""How well every network and baseline predicts the test part, and by how much it differs from a forest."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from matxai.composition.settings.tasks import FOREST, MEDIAN_FOREST, TaskName
from matxai.learning.split import PARTS
from matxai.statistics.bootstrap import Resamples
from matxai.statistics.classification import class_curves, class_metrics
from matxai.statistics.estimate import Array
from matxai.statistics.regression import regression_metrics

PREDICTION_COLUMNS = ("model", "seed", "part", "line", "reduced", "target", "prediction")
DIFFERENCE = ("difference", "difference_ci_low", "difference_ci_high")
ACCURACY_COLUMNS = (
    "model", "seed", "metric", "value", "ci_low", "ci_high", "reference", *DIFFERENCE,
)  # fmt: skip


def read_test_predictions(paths: Iterable[str | Path]) -> pd.DataFrame:
    """Read the test part of the `PREDICTION_COLUMNS` of networks and baselines, one table after another."""
    tables = (pd.read_csv(path, usecols=list(PREDICTION_COLUMNS)) for path in paths)
    return pd.concat([table[table["part"] == "test"] for table in tables], ignore_index=True)


def mean_name(model: str, seeds: int) -> str:
    """What the mean of the predictions of ``seeds`` trainings is called; of one it is the model."""
    return f"{model}, mean of {seeds} seeds" if seeds > 1 else model


def with_means(predictions: pd.DataFrame) -> dict[tuple[str, int], Array]:
    """Predictions (rows,) by model and seed, those of each model followed by the mean over its seeds.

    The mean, with the seed -1, is of the predicted numbers, or of the predicted probabilities
    (Lakshminarayanan, Pritzel, Blundell 2017, NeurIPS, arXiv:1612.01474). A model with one seed has none.
    """
    wide = predictions.pivot_table(index="line", columns=["model", "seed"], values="prediction")
    by_model: dict[tuple[str, int], Array] = {}
    for model in predictions["model"].unique():
        seeds = wide[model]
        by_model |= {(model, seed): seeds[seed].to_numpy() for seed in seeds}
        if seeds.shape[1] > 1:
            by_model[mean_name(model, seeds.shape[1]), -1] = seeds.mean(axis=1).to_numpy()
    return by_model


def accuracy_table(predictions: pd.DataFrame, task: TaskName) -> pd.DataFrame:
    """Score every model and seed, and the mean over the seeds of each model, on the test part.

    ``predictions`` (columns `PREDICTION_COLUMNS`) has one row per model, seed and compound of the test
    part; both forests are among the models, of a classification `FOREST` alone.

    The result has one row per model, seed (-1: a constant, or a mean over seeds) and metric, with columns
    `ACCURACY_COLUMNS`: the value with its 95 % bootstrap interval over test compositions, and by how much
    it exceeds that of the reference (the forest whose prediction minimises the metric, the mean over its
    seeds), with the interval of this paired difference.
    """
    test = predictions.drop_duplicates("line").sort_values("line")
    target = test["target"].to_numpy(np.float64)
    draws = Resamples.of(test["reduced"], seed=0)
    metrics = class_metrics if task == "classification" else regression_metrics
    values = {key: metrics(target, p, draws) for key, p in with_means(predictions).items()}
    of_model = {model: own for (model, _), own in values.items()}
    seeds = predictions.groupby("model")["seed"].nunique()
    tables = []
    for (model, seed), own in values.items():
        # The median over trees minimises the absolute error; their mean all other metrics here.
        forests = [MEDIAN_FOREST if metric == "mae" else FOREST for metric in own.columns]
        names = [mean_name(forest, seeds[forest]) for forest in forests]
        # On the same draws: rows that are hard for both cancel.
        paired = {m: own[m] - of_model[n][m] for m, n in zip(own.columns, names, strict=True)}
        table = draws.table(own).assign(model=model, seed=seed, reference=names)
        table[list(DIFFERENCE)] = draws.table(pd.DataFrame(paired))[["value", "ci_low", "ci_high"]]
        tables.append(table)
    return pd.concat(tables, ignore_index=True)[list(ACCURACY_COLUMNS)]


def curves_of_parts(predictions: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """`class_curves` of every part of the predictions of a classification, with a column part."""
    tables = []
    for part in PARTS:
        rows = predictions[predictions["part"] == part]
        columns = rows[["target", "prediction"]].to_numpy(np.float64).T
        tables.append(class_curves(*columns, group=rows["reduced"], seed=seed))
        tables[-1].insert(0, "part", part)
    return pd.concat(tables, ignore_index=True)


def roc_notes(metrics: pd.DataFrame) -> dict[str, str]:
    """Areas with intervals for the legends of `roc_figure`, from the metrics of one network."""
    table = metrics.set_index("metric")

    def note(name: str, metric: str) -> str:
        row = table.loc[metric]
        return f", {name} {row.value:.3f} ({row.ci_low:.3f} to {row.ci_high:.3f})"

    return {"roc": note("AUC", "roc_auc"), "precision": note("average", "average_precision")}
