"""What the figures of a classification are drawn from."""

import numpy as np
import pandas as pd

from matxai.learning.split import PARTS
from matxai.statistics.classification import class_curves


def curves_of_parts(predictions: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """`class_curves` of every part, with a column part.

    ``predictions``: columns part, reduced, target (0 or 1), prediction (probability of class 1).
    """
    tables = []
    for part in PARTS:
        rows = predictions[predictions["part"] == part]
        columns = rows[["target", "prediction"]].to_numpy(np.float64).T
        tables.append(class_curves(*columns, group=rows["reduced"], seed=seed))
        tables[-1].insert(0, "part", part)
    return pd.concat(tables, ignore_index=True)


def roc_notes(metrics: pd.DataFrame) -> dict[str, str]:
    """Areas with intervals for the legends of `roc_figure`, from metrics.csv of one network."""
    table = metrics.set_index("metric")

    def note(name: str, metric: str) -> str:
        row = table.loc[metric]
        return f", {name} {row.value:.3f} ({row.ci_low:.3f} to {row.ci_high:.3f})"

    return {"roc": note("AUC", "roc_auc"), "precision": note("average", "average_precision")}
