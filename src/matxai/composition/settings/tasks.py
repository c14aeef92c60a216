"""What a network of this line can learn, and by what each task is judged."""

from typing import Literal, TypedDict

TaskName = Literal["regression", "classification"]


class Target(TypedDict):
    """What a data set's settings call its target, JSON-plain."""

    task: TaskName
    label: str
    unit: str
    transform: str


# The metric that accuracy figures and the summary show; the others stand in the tables.
MAIN_METRIC: dict[TaskName, str] = {"regression": "mae", "classification": "roc_auc"}
# What decides on the best epoch, as `quantities.yml` names it.
VALIDATION_ERROR: dict[TaskName, str] = {"regression": "val_mae", "classification": "val_log_loss"}
# The model that knows the training targets and no formula.
CONSTANT: dict[TaskName, str] = {"regression": "mean", "classification": "share of class 1"}
# The forest that all models are compared with, and its median over trees (regression alone).
FOREST = "random forest"
MEDIAN_FOREST = "random forest, median of trees"
