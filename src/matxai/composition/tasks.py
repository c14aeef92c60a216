"""What a network of this line can learn, and by what each task is judged."""

from __future__ import annotations

from typing import Literal

TaskName = Literal["regression", "classification"]

# The metric that accuracy figures and the summary show; the others stand in the tables.
MAIN_METRIC: dict[str, str] = {"regression": "mae", "classification": "roc_auc"}
# What decides on the best epoch, as `quantities.yml` names it.
VALIDATION_ERROR: dict[str, str] = {"regression": "val_mae", "classification": "val_log_loss"}
# The model that knows the training targets and no formula.
CONSTANT: dict[str, str] = {"regression": "mean", "classification": "share of class 1"}
